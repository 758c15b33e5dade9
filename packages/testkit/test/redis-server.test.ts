import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type RedisServer, type RedisServerOptions, startRedis, waitUntil } from "@roomcast/testkit";
import { createClient } from "redis";

const running: RedisServer[] = [];

async function start(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function ask(server: RedisServer, ...command: string[]): Promise<unknown> {
  const client = createClient({ url: server.url, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("startRedis", () => {
  test("starts servers beside each other", async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await ask(a, "SET", "key", "a");
    expect(await ask(a, "GET", "key")).toBe("a");
    expect(await ask(b, "GET", "key")).toBeNull();
  });

  test("passes arguments on", async () => {
    const server = await start({ args: ["--maxmemory", "50mb"] });
    expect(await ask(server, "CONFIG", "GET", "maxmemory")).toEqual({ maxmemory: "52428800" });
  });

  test("says why when Redis does not start", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toThrow(/Redis ended at once:[\s\S]*Address already in use/);
  });
});

describe("a private Redis", () => {
  test("forgets without append-only, keeps its port", async () => {
    const server = await start();
    const { pid, port } = server;
    await ask(server, "SET", "key", "value");
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await ask(server, "GET", "key")).toBeNull();
  });

  test("remembers with append-only, killed or not", async () => {
    const server = await start({ appendOnly: true });
    await ask(server, "SET", "key", "value");
    await server.kill("SIGKILL");
    await server.restart();
    expect(await ask(server, "GET", "key")).toBe("value");
    await server.restart();
    expect(await ask(server, "GET", "key")).toBe("value");
  });

  test("stops even when it hangs, and takes its folder with it", async () => {
    const server = await start();
    const { dir } = (await ask(server, "CONFIG", "GET", "dir")) as { dir: string };
    await server.kill("SIGSTOP");
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await expect(access(dir)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each(["SIGKILL", "SIGINT"] as const)("dies with the process that started it: %s", async (signal) => {
    const fixture = fileURLToPath(new URL("support/orphaning-fixture.mjs", import.meta.url));
    const child = spawn(process.execPath, [fixture], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { pid, dir } = JSON.parse(line) as { pid: number; dir: string };
    expect(isAlive(pid)).toBe(true);
    child.kill(signal);
    await waitUntil("the orphan is gone", () => !isAlive(pid));
    await waitUntil("its folder is gone", () =>
      access(dir).then(
        () => false,
        () => true,
      ),
    );
  });
});
