/** A variable that cannot be used, and why. */
export interface ConfigProblem {
  variable: string;
  /** Completes "`PORT` …", e.g. "must be an integer from 0 to 65535, not `abc`". */
  problem: string;
}

/**
 * The environment cannot be used.
 * The message names every bad variable and never contains the value of a secret.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable} ${problem}`);
    super(`the configuration cannot be used:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}
