import { ConfigError } from "./env/config-error.ts";
import { deepFreeze } from "./env/deep-freeze.ts";
import { type Env, EnvReader, type EnvVariable } from "./env/env-reader.ts";

export { ConfigError, type ConfigProblem } from "./env/config-error.ts";
export type { Env, EnvReader, EnvVariable, Ms } from "./env/env-reader.ts";

/** Declares the variables and builds the configuration from them. */
export type EnvSpec<T> = (read: EnvReader) => T;

/**
 * Reads the environment into a deeply frozen configuration, as the specification says. Throws one
 * `ConfigError` that lists every bad variable. An empty variable counts as unset. A default never replaces a
 * malformed variable.
 */
export function readEnv<T>(env: Env, spec: EnvSpec<T>): T {
  const reader = new EnvReader(env);
  const config = attempt(reader, spec);
  if (reader.problems.length > 0) throw new ConfigError(distinct(reader.problems));
  return deepFreeze(config);
}

/** Returns the variables that a specification declares, in its order. */
export function describeEnv(spec: EnvSpec<unknown>): EnvVariable[] {
  const reader = new EnvReader({});
  attempt(reader, spec);
  return [...reader.variables.values()];
}

function attempt<T>(reader: EnvReader, spec: EnvSpec<T>): T {
  try {
    return spec(reader);
  } catch (error) {
    // After a problem, the specification may fail on a stand-in value. The first problem already explains it.
    if (reader.problems.length > 0) throw new ConfigError(distinct(reader.problems));
    throw error;
  }
}

function distinct<T extends { variable: string }>(problems: T[]): T[] {
  return problems.filter(
    ({ variable }, index) => problems.findIndex((p) => p.variable === variable) === index,
  );
}
