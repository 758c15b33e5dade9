import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { listen } from "@roomcast/service";
import { withResolvers } from "./support/with-resolvers.ts";

const host = "127.0.0.1";

async function request(port: number, head: string): Promise<Socket> {
  const socket = connect(port, host);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(`${head}\r\n\r\n`);
  return socket;
}

function upgradingServer(): Server {
  return createServer().on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  });
}

const upgrade = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: Upgrade";

describe("listen", () => {
  test("resolves with the real port", async () => {
    const server = createServer((_request, response) => response.end("hello"));
    const { port, close } = await listen(server, { host, port: 0 });
    const response = await fetch(`http://${host}:${port}/`);
    expect(await response.text()).toBe("hello");
    await close(1_000);
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow();
  });

  test("rejects when the port is taken", async () => {
    const first = await listen(createServer(), { host, port: 0 });
    await expect(listen(createServer(), { host, port: first.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await first.close(0);
  });
});

describe("close", () => {
  test("lets a request in progress finish", async () => {
    const arrived = withResolvers<() => void>();
    const server = createServer((_request, response) => arrived.resolve(() => response.end("done")));
    const { port, close } = await listen(server, { host, port: 0 });
    const response = fetch(`http://${host}:${port}/`);
    const finish = await arrived.promise;
    const closed = close(10_000);
    finish();
    expect(await (await response).text()).toBe("done");
    await closed;
  });

  test("destroys what is left after the time, upgraded sockets too", async () => {
    const { port, close } = await listen(upgradingServer(), { host, port: 0 });
    const socket = await request(port, upgrade);
    await once(socket, "data");
    const ended = once(socket, "close");
    await close(20);
    await ended;
  });

  test("may be called twice", async () => {
    const { close } = await listen(createServer(), { host, port: 0 });
    await Promise.all([close(100), close(100)]);
    await close(100);
  });
});

test("a reset of an upgraded connection does not end the process", async () => {
  const upgraded = withResolvers<Socket>();
  const server = createServer().on("upgrade", (_request, socket) => upgraded.resolve(socket as Socket));
  const { port, close } = await listen(server, { host, port: 0 });
  const client = await request(port, upgrade);
  const socket = await upgraded.promise;
  socket.resume();
  const ended = new Promise((resolve) => socket.once("close", resolve));
  client.resetAndDestroy();
  await ended;
  await close(100);
});
