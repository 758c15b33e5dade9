import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { Failure } from "./commands.mjs";
import { canInstall, ensure, find, instruction } from "./system-packages.mjs";

/**
 * Makes sure that there is a Redis for the tests and returns which: a program that they start themselves
 * (found or installed), or Docker. `REDIS_URL` is only the last resort, because tests crash, stop and fill
 * their Redis. If there is none, the error says what to install.
 */
export async function findRedis(env = process.env) {
  const program = env.REDIS_SERVER || (await findOrInstall());
  if (program !== undefined) return program;
  if (hasDocker()) return "Docker";
  if (env.REDIS_URL && (await answersPing(env.REDIS_URL)))
    return `REDIS_URL, for tests that can share. ${missing}`;
  throw new Failure(instruction(["redis"]));
}

const missing = "The others will fail: install redis-server.";

async function findOrInstall() {
  if ((await find("redis")) === undefined && (await canInstall())) await ensure("redis");
  return find("redis");
}

/** Whether a Redis answers at the URL, even if it only asks for a password. */
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
