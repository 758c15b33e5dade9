import "./check-node.mjs";
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { finished, localProgram, main, root, runVisibly } from "./commands.mjs";
import { setUp } from "./setup.mjs";

const app = join("apps", "standalone");

/** Compiles on every change and restarts the standalone server after every build, until Ctrl-C. */
await main(async () => {
  await setUp();
  await watchSources(oneAtATime(() => runVisibly(localProgram("tsc"), ["--build", app])));
  const flags = ["--watch", "--watch-preserve-output", "--enable-source-maps"];
  const server = spawn(process.execPath, [...flags, join(app, "dist", "main.js")], {
    cwd: root,
    stdio: "inherit",
  });
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  process.on("SIGINT", () => server.kill("SIGINT"));
  process.exit(await finished(server));
});

/**
 * Calls `changed` on every change below a workspace's `src`.
 * The compiler's `--build --watch` misses some (7.0.2).
 */
async function watchSources(changed) {
  for (const folder of ["apps", "packages"]) {
    for (const workspace of await readdir(join(root, folder))) {
      watch(join(root, folder, workspace, "src"), { recursive: true }, changed);
    }
  }
}

/**
 * Runs the work soon after a call, once for calls in quick succession, and again for calls during the work.
 */
function oneAtATime(work) {
  let timer;
  let running = Promise.resolve();
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(work);
    }, 50);
  };
}
