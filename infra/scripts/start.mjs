import "./check-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { finished, main, root } from "./commands.mjs";
import { setUp } from "./setup.mjs";

/**
 * Two signals within this time count as one: npm forwards Ctrl-C, which the terminal has already sent to all.
 */
const sameSignalMs = 300;

/**
 * Forwards each signal to the child once. SIGHUP becomes SIGTERM. package.json runs this script with `exec`,
 * because npm would otherwise signal the shell in between, which ends without telling its child.
 */
function passSignals(child) {
  let last = Number.NEGATIVE_INFINITY;
  const pass = (signal) => {
    const now = performance.now();
    if (now - last > sameSignalMs) child.kill(signal);
    last = now;
  };
  process.on("SIGINT", () => pass("SIGINT"));
  process.on("SIGTERM", () => pass("SIGTERM"));
  process.on("SIGHUP", () => pass("SIGTERM"));
}

await main(async () => {
  await setUp();
  // In its own process group, the child receives Ctrl-C only through `passSignals`, and not twice.
  const entry = join(root, "apps", "standalone", "dist", "main.js");
  const child = spawn(process.execPath, [entry, ...process.argv.slice(2)], {
    stdio: "inherit",
    detached: true,
  });
  passSignals(child);
  return finished(child);
});
