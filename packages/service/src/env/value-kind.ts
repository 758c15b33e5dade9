/** Describes how the text of a variable becomes a value. */
export interface ValueKind<T> {
  name: "string" | "integer" | "seconds" | "bytes" | "boolean" | "list" | "url" | "oneOf" | "secret";
  unit?: "seconds" | "bytes";
  /** Completes "must be …". */
  expected: string;
  /** Returns the value of a well-formed text, undefined for any other text. */
  parse(text: string): T | undefined;
  /** Replaces the value while a specification runs without an environment, or continues after a problem. */
  standIn: T;
  /** Whether the text must never be shown, not even in an error. */
  confidential?: boolean;
}

/** The form of a variable's text and its description, e.g. `/^[a-z]+$/` and "lower-case letters". */
export interface TextShape {
  pattern?: RegExp;
  expected?: string;
}
