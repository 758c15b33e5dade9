import { isJsonObject } from "../http/json-body.ts";
import { malformed } from "../http/malformed.ts";

/** Reads fields of untrusted JSON. A field of another type throws `invalid_command`, which names its path. */
export class PayloadReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = "payload") {
    if (!isJsonObject(value)) throw malformed("must be a JSON object", path);
    this.#value = value;
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#own(name);
    if (typeof value === "string") return value;
    throw this.#wrong(name, "must be text");
  }

  integer(name: string): number {
    const value = this.#own(name);
    if (Number.isSafeInteger(value)) return value as number;
    throw this.#wrong(name, "must be a whole number");
  }

  /** Reads a boolean, false if the field is absent. */
  flag(name: string): boolean {
    const value = this.#own(name) ?? false;
    if (typeof value === "boolean") return value;
    throw this.#wrong(name, "must be true or false");
  }

  object(name: string): PayloadReader {
    return new PayloadReader(this.#own(name), `${this.#path}.${name}`);
  }

  /** Reads a list of objects. */
  list(name: string): PayloadReader[] {
    const value = this.#own(name);
    if (!Array.isArray(value)) throw this.#wrong(name, "must be a list");
    return value.map((item, index) => new PayloadReader(item, `${this.#path}.${name}[${index}]`));
  }

  /** Returns the result of `read`, or undefined if the field is absent or null. */
  optional<Value>(name: string, read: (reader: this) => Value): Value | undefined {
    return (this.#own(name) ?? undefined) === undefined ? undefined : read(this);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? this.#value[name] : undefined;
  }

  #wrong(name: string, problem: string): Error {
    return malformed(problem, `${this.#path}.${name}`);
  }
}
