import "./check-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { finished, main, root } from "./commands.mjs";
import { setUp } from "./setup.mjs";

/** Two signals within this time are one: npm hands on the Ctrl-C that the terminal has sent to everyone already. */
const sameSignalMs = 300;

/**
 * Hands signals to the child, each once; a hang-up becomes an orderly end. package.json runs this script with `exec`,
 * because npm would else signal the shell in between, which ends without a word to its child.
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
  // In a process group of its own, Ctrl-C reaches it through `passSignals` only and not twice.
  const entry = join(root, "apps", "standalone", "dist", "main.js");
  const child = spawn(process.execPath, [entry, ...process.argv.slice(2)], {
    stdio: "inherit",
    detached: true,
  });
  passSignals(child);
  return finished(child);
});
