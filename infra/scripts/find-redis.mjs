import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { Failure } from "./commands.mjs";
import { canInstall, ensure, find, instruction } from "./system-packages.mjs";

/**
 * Makes sure that tests can have a Redis and says which: a program they start themselves (found or installed), Docker,
 * or the one running at `REDIS_URL`. Throws what to install if there is none.
 */
export async function findRedis(env = process.env) {
  const isRunning = env.REDIS_URL !== undefined && (await answersPing(env.REDIS_URL));
  if (env.REDIS_SERVER) return env.REDIS_SERVER;
  if ((await find("redis")) === undefined && !isRunning && (await canInstall())) await ensure("redis");
  const program = await find("redis");
  if (program !== undefined) return program;
  if (hasDocker()) return "Docker";
  if (isRunning)
    return "REDIS_URL (tests that crash or hang Redis need redis-server installed and will fail)";
  throw new Failure(instruction(["redis"]));
}

/** Whether a Redis answers at the URL, be it only that it wants a password. */
export function answersPing(url, timeoutMs = 1_000) {
  if (!URL.canParse(url)) return Promise.resolve(false);
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port || 6379), hostname);
    const settle = (isRedis) => {
      socket.destroy();
      resolve(isRedis);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.on("connect", () => socket.write("PING\r\n"));
    socket.on("data", (data) => settle(/^(\+PONG|-NOAUTH)/.test(data.toString("latin1"))));
    socket.on("error", () => settle(false));
    socket.on("close", () => settle(false));
  });
}

function hasDocker() {
  return spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
}
