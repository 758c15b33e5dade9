import "./check-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { finished, main, root } from "./commands.mjs";
import { findRedis } from "./find-redis.mjs";
import { setUp } from "./setup.mjs";

/** Sets everything up and runs `infra/<name>` with arguments: `node run-built.mjs faults --quick`. */
await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  await setUp();
  await findRedis();
  const entry = join(root, "infra", "dist", name, "main.js");
  const child = spawn(process.execPath, ["--enable-source-maps", entry, ...args], { stdio: "inherit" });
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", pass).on("SIGTERM", pass);
  return finished(child);
});
