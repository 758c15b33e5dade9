import type { ConfigProblem } from "./config-error.ts";
import { type ListShape, listKind } from "./list-kind.ts";
import { type Bounds, bytesKind, integerKind, secondsKind } from "./number-kinds.ts";
import { booleanKind, oneOfKind, secretKind, stringKind } from "./text-kinds.ts";
import { type UrlShape, urlKind } from "./url-kind.ts";
import type { TextShape, ValueKind } from "./value-kind.ts";

/** A duration in milliseconds. */
export type Ms = number;

/** The environment of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Options of every variable. An unset variable without a default is undefined, unless it is required. */
export interface VariableOptions<D> {
  /** Used when the variable is unset or empty. In the unit of the variable. */
  default?: D;
  required?: boolean;
  /** One sentence for the documentation. */
  description?: string;
}

/** A declared variable, as the documentation shows it. */
export interface EnvVariable {
  name: string;
  kind: ValueKind<unknown>["name"];
  /** The default as written in the environment. */
  defaultText?: string;
  unit?: "seconds" | "bytes";
  /** Completes "must be …". */
  expected: string;
  required: boolean;
  description: string;
}

/** The type of a variable's value: never undefined if it has a default or is required. */
export type Value<T, O> = O extends { default: unknown } | { required: true } ? T : T | undefined;

type Options<D, Shape> = VariableOptions<D> & Shape;
type AnyOptions = VariableOptions<string | number | boolean | readonly string[]>;

/** Declares and reads variables one by one, and collects their problems. */
export class EnvReader {
  readonly problems: ConfigProblem[] = [];
  readonly variables = new Map<string, EnvVariable>();
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  /** Text. */
  string<O extends Options<string, TextShape>>(name: string, options?: O): Value<string, O> {
    return this.#read(name, stringKind(options ?? {}), options, options?.default);
  }

  /** A whole number. */
  integer<O extends Options<number, Bounds>>(name: string, options?: O): Value<number, O> {
    return this.#read(name, integerKind(options ?? {}), options, options?.default);
  }

  /** A duration written in seconds. */
  seconds<O extends Options<number, Bounds>>(name: string, options?: O): Value<Ms, O> {
    const { default: seconds } = options ?? {};
    const defaultMs = seconds === undefined ? undefined : Math.round(seconds * 1000);
    return this.#read(name, secondsKind(options ?? {}), options, defaultMs);
  }

  /** A size in bytes. */
  bytes<O extends Options<number, Bounds>>(name: string, options?: O): Value<number, O> {
    return this.#read(name, bytesKind(options ?? {}), options, options?.default);
  }

  /** `true` or `false`. */
  boolean<O extends VariableOptions<boolean>>(name: string, options?: O): Value<boolean, O> {
    return this.#read(name, booleanKind(), options, options?.default);
  }

  /** A comma-separated list. */
  list<const T extends string, O extends Options<readonly T[], ListShape<T>>>(
    name: string,
    options?: O & ListShape<T>,
  ): Value<readonly T[], O> {
    return this.#read(name, listKind(options ?? {}), options, options?.default);
  }

  /** A URL, as text. */
  url<O extends Options<string, UrlShape>>(name: string, options?: O): Value<string, O> {
    return this.#read(name, urlKind(options ?? {}), options, options?.default);
  }

  /** One of a few words. */
  oneOf<const T extends string, O extends VariableOptions<NoInfer<T>>>(
    name: string,
    values: readonly [T, ...T[]],
    options?: O,
  ): Value<T, O> {
    return this.#read(name, oneOfKind(values), options, options?.default);
  }

  /** Text that no error shows, of at least `minLength` characters (default 1). */
  secret<O extends Options<string, { minLength?: number }>>(name: string, options?: O): Value<string, O> {
    return this.#read(name, secretKind(options?.minLength ?? 1), options, options?.default);
  }

  /**
   * Reports a problem beyond the variable's own form, e.g. `refuse("JWT_SECRET", "excludes JWT_JWKS_URL")`.
   */
  refuse(variable: string, problem: string): void {
    this.problems.push({ variable, problem });
  }

  #read<T, O extends AnyOptions>(
    name: string,
    kind: ValueKind<T>,
    options: O | undefined,
    fallback: T | undefined,
  ): Value<T, O> {
    this.#declare(name, kind, options ?? {});
    const text = this.#env[name];
    const value = text === undefined || text === "" ? fallback : this.#parse(name, kind, text);
    if (value === undefined && options?.required === true) {
      this.refuse(name, `is not set; it must be ${kind.expected}`);
      return kind.standIn as Value<T, O>;
    }
    return value as Value<T, O>;
  }

  #parse<T>(name: string, kind: ValueKind<T>, text: string): T {
    const value = kind.parse(text);
    if (value !== undefined) return value;
    const shown = kind.confidential === true ? "" : `, not ${JSON.stringify(text)}`;
    this.refuse(name, `must be ${kind.expected}${shown}`);
    return kind.standIn;
  }

  #declare(name: string, kind: ValueKind<unknown>, options: AnyOptions): void {
    const variable: EnvVariable = {
      name,
      kind: kind.name,
      expected: kind.expected,
      required: options.required ?? false,
      description: options.description ?? "",
    };
    if (kind.unit !== undefined) variable.unit = kind.unit;
    if (options.default !== undefined) variable.defaultText = String(options.default);
    this.variables.set(name, variable);
  }
}
