import { parseArgs } from "node:util";
import type { Flood } from "./flood.ts";
import { floods } from "./floods.ts";

/** The command line options of the floods. */
export interface Options {
  floods: readonly Flood[];
  seed: number;
  seconds: number;
  packets: number;
  /** File to write the table to. */
  markdown: string | undefined;
  isHelp: boolean;
}

export const usage = `npm run test:abuse -- [options]

  --only a,b       run only these floods
  --seconds n      how long each lasts; default 20
  --packets n      how many malformed packets are sent; default 1000000
  --seed n         repeat a run; default: a random seed, which is printed
  --markdown FILE  write the table to a file
  --help           show this and the names of the floods

Floods: ${floods.map(({ name }) => name).join(", ")}`;

/** Reads the command line, or throws an `Error` that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      seconds: { type: "string", default: "20" },
      packets: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      markdown: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    floods: chosen(values.only),
    seed: wholeNumber("--seed", values.seed),
    seconds: wholeNumber("--seconds", values.seconds),
    packets: wholeNumber("--packets", values.packets),
    markdown: values.markdown,
    isHelp: values.help,
  };
}

function chosen(only: string | undefined): readonly Flood[] {
  if (only === undefined) return floods;
  return only.split(",").map((text) => {
    const flood = floods.find(({ name }) => name === text.trim());
    if (flood === undefined) throw new Error(`there is no flood ${text.trim()}: see --help`);
    return flood;
  });
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${option} takes a whole number`);
  return value;
}
