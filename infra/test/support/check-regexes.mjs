// Reads regular expressions as JSON from standard input, and writes what `recheck` says of each. In a process of its own,
// since in Jest's sandbox it takes several times as long.
import { text } from "node:stream/consumers";

process.env.RECHECK_SYNC_BACKEND = "pure";
const { checkSync } = await import("recheck");

const regexes = JSON.parse(await text(process.stdin));
const results = regexes.map(({ source, flags }) => {
  const { status, complexity } = checkSync(source, flags, { timeout: 60_000, checker: "automaton" });
  return status === "safe" ? "linear" : (complexity?.summary ?? status);
});
process.stdout.write(JSON.stringify(results));
