import { parseArgs } from "node:util";
import { fullProfile, type Profile, quickProfile, tinyProfile } from "./profile.ts";

/** What the command line asks for. */
export interface BenchOptions {
  profile: Profile;
  /** The names of the scenarios. */
  only: readonly string[] | undefined;
  /** Put the results into docs/performance.md. */
  write: boolean;
  setBaseline: boolean;
  withPeers: boolean;
  generator: "c" | "node" | undefined;
  /** Give what clients receive to their core. */
  steer: boolean;
  help: boolean;
}

export const usage = `npm run bench -- [options]
  --quick            about a minute instead of six: the main scenarios, smaller and less sure
  --only a,b         only these: %scenarios%
  --write            put the results into docs/performance.md
  --set-baseline     with "--only micro": make the ratio the one to compare with
  --no-peers         without NATS and Nchan
  --generator node   the load generator that needs no C compiler
  --no-steering      leave what clients receive to the server's core, as Linux does on loopback
  --tiny             seconds: only shows that everything works`;

/** Reads the arguments; throws an `Error` that says what is wrong with them. */
export function readOptions(args: readonly string[], scenarios: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      only: { type: "string" },
      write: { type: "boolean", default: false },
      "set-baseline": { type: "boolean", default: false },
      "no-peers": { type: "boolean", default: false },
      generator: { type: "string" },
      "no-steering": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const only = values.only?.split(",");
  const unknown = only?.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) throw new Error(`no scenario ${unknown}: there are ${scenarios.join(", ")}`);
  const { generator } = values;
  if (generator !== undefined && generator !== "c" && generator !== "node") {
    throw new Error("--generator is c or node");
  }
  return {
    profile: values.tiny ? tinyProfile : values.quick ? quickProfile : fullProfile,
    only,
    write: values.write,
    setBaseline: values["set-baseline"],
    withPeers: !values["no-peers"],
    generator,
    steer: !values["no-steering"],
    help: values.help,
  };
}
