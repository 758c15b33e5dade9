import { Random } from "@roomcast/testkit";
import type { FloodTarget } from "./flood.ts";
import { floods } from "./floods.ts";

// Runs one flood, so that what it takes of its own event loop holds up nobody who measures. The last line printed is what it did.
const [name, target = "", seed] = process.argv.slice(2);
const flood = floods.find((one) => one.name === name);
if (flood === undefined) throw new Error(`there is no flood ${name}`);
const done = await flood.run(JSON.parse(target) as FloodTarget, new Random(Number(seed)));
console.log(JSON.stringify(done));
process.exit(0);
