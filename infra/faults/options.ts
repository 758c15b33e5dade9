import { parseArgs } from "node:util";

/** The command line options of the fault harness. */
export interface Options {
  /** Names of the scenarios or mutants to run; undefined for all. */
  only: readonly string[] | undefined;
  /** Seed of all random numbers. */
  seed: number;
  /** Shorter faults and fewer clients. */
  isQuick: boolean;
  /** Additional configuration of the replicas. */
  env: Record<string, string>;
  /** Run only mutants. */
  isMutant: boolean;
  /** File to write the summary table to. */
  markdown: string | undefined;
  /** Folder for the histories of clients with an anomaly. */
  histories: string | undefined;
  isHelp: boolean;
}

export const usage = `npm run test:faults -- [options]

  --only a,b       run only these scenarios
  --seed n         repeat a run; default: a random seed, which is printed
  --quick          shorter faults, fewer clients
  --env NAME=VALUE configure the replicas differently; may be repeated
  --mutant [a b]   run only the mutants, or only these: servers with a built-in fault that must be caught
  --markdown FILE  write the summary table to a file
  --histories DIR  write the history of each client with an anomaly to a folder
  --help           show this and the names of the scenarios`;

/** Reads the command line, or throws an `Error` that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: "string" },
      seed: { type: "string" },
      quick: { type: "boolean", default: false },
      env: { type: "string", multiple: true, default: [] },
      mutant: { type: "boolean", default: false },
      markdown: { type: "string" },
      histories: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (positionals.length > 0 && !values.mutant)
    throw new Error(`names come after --only or --mutant, not ${positionals.join(" ")}`);
  const only = [...(values.only?.split(",").map((name) => name.trim()) ?? []), ...positionals];
  return {
    only: only.length === 0 ? undefined : only,
    seed: readSeed(values.seed),
    isQuick: values.quick,
    env: Object.fromEntries(values.env.map(readVariable)),
    isMutant: values.mutant,
    markdown: values.markdown,
    histories: values.histories,
    isHelp: values.help,
  };
}

function readVariable(text: string): [name: string, value: string] {
  const [, name, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error("--env takes NAME=VALUE");
  return [name, value];
}

function readSeed(text: string | undefined): number {
  if (text === undefined) return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0) throw new Error("--seed takes a whole number");
  return seed;
}
