/** How the text of a variable becomes a value. */
export interface ValueKind<T> {
  name: "string" | "integer" | "seconds" | "bytes" | "boolean" | "list" | "url" | "oneOf" | "secret";
  unit?: "seconds" | "bytes";
  /** Completes "must be …". */
  expected: string;
  /** The value of a well-formed text, undefined for any other. */
  parse(text: string): T | undefined;
  /** Stands in for the value while a specification runs without an environment, or on after a problem. */
  standIn: T;
  /** Whether the text must not be shown, in an error least of all. */
  confidential?: boolean;
}

/** What the text of a variable looks like, and how to say so, e.g. `/^[a-z]+$/` and "lower-case letters". */
export interface TextShape {
  pattern?: RegExp;
  expected?: string;
}
