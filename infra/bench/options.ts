import { parseArgs } from "node:util";
import { fullProfile, type Profile, quickProfile, tinyProfile } from "./profile.ts";

/** The command line options of the benchmark. */
export interface BenchOptions {
  profile: Profile;
  /** The names of the scenarios. */
  only: readonly string[] | undefined;
  /** Write the results to docs/performance.md. */
  write: boolean;
  setBaseline: boolean;
  withPeers: boolean;
  generator: "c" | "node" | undefined;
  /** Move the receiving of clients to their own core. */
  steer: boolean;
  help: boolean;
}

export const usage = `npm run bench -- [options]
  --quick            about one minute instead of six: the main scenarios, smaller and less precise
  --only a,b         only these scenarios: %scenarios%
  --write            write the results to docs/performance.md
  --set-baseline     with "--only micro": commit the ratio as the new baseline
  --no-peers         without NATS and Nchan
  --generator node   use the load generator that needs no C compiler
  --no-steering      let the server's core do the receiving of clients, as Linux does on loopback
  --tiny             a few seconds: only shows that everything works`;

/** Reads the arguments, or throws an `Error` that says what is wrong with them. */
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
