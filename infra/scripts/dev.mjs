import "./check-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { finished, localProgram, main, root, toolEnv } from "./commands.mjs";
import { setUp } from "./setup.mjs";

/** Compiles on every change and restarts the standalone server on every build, until Ctrl-C. */
await main(async () => {
  await setUp();
  const options = { cwd: root, env: toolEnv(), stdio: "inherit" };
  const project = join("apps", "standalone");
  const compiler = spawn(
    localProgram("tsc"),
    ["--build", "--watch", "--preserveWatchOutput", project],
    options,
  );
  const server = spawn(process.execPath, ["--watch", join(project, "dist", "main.js")], options);
  const ended = [finished(compiler), finished(server)];
  const stop = () => [compiler, server].forEach((child) => void child.kill("SIGTERM"));
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const code = await Promise.race(ended);
  stop();
  await Promise.all(ended);
  return code;
});
