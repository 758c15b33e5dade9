import { Random } from "@roomcast/testkit";
import type { FloodTarget } from "./flood.ts";
import { floods } from "./floods.ts";

// Runs one flood in its own process, so that its event loop does not delay the measurement. The last line of
// its output is its result.
const [name, target = "", seed] = process.argv.slice(2);
const flood = floods.find((one) => one.name === name);
if (flood === undefined) throw new Error(`there is no flood ${name}`);
const done = await flood.run(JSON.parse(target) as FloodTarget, new Random(Number(seed)));
console.log(JSON.stringify(done));
process.exit(0);
