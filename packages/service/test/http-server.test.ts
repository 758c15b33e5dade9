import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { listen } from "@roomcast/service";
import { withResolvers } from "./support/with-resolvers.ts";

const host = "127.0.0.1";

async function client(port: number): Promise<Socket> {
  const socket = connect(port, host);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function request(port: number, head: string): Promise<Socket> {
  const socket = await client(port);
  socket.write(`${head}\r\n\r\n`);
  return socket;
}

/** Everything that comes until the connection ends. */
async function allText(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const helloServer = () => createServer((_request, response) => response.end("hello"));

/** Answers the first request when told, others at once. */
function slowServer(): { server: Server; arrived: Promise<() => void> } {
  const first = withResolvers<() => void>();
  let count = 0;
  const server = createServer((_request, response) => {
    if (count++ === 0) first.resolve(() => response.end("done"));
    else response.end("done");
  });
  return { server, arrived: first.promise };
}

function upgradingServer(): Server {
  return createServer().on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  });
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
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
  test("lets a request in progress finish, and closes its connection", async () => {
    const { server, arrived } = slowServer();
    const { port, close } = await listen(server, { host, port: 0 });
    const response = fetch(`http://${host}:${port}/`);
    const finish = await arrived;
    const closed = close(10_000);
    finish();
    expect((await response).headers.get("connection")).toBe("close");
    expect(await (await response).text()).toBe("done");
    await closed;
  });

  test("has answers close their connections as soon as it is announced, with the port open", async () => {
    const { server, arrived } = slowServer();
    const { port, closeAfterAnswers, close } = await listen(server, { host, port: 0 });
    const first = fetch(`http://${host}:${port}/`);
    const finish = await arrived;
    closeAfterAnswers();
    closeAfterAnswers();
    finish();
    const second = await fetch(`http://${host}:${port}/`);
    expect([(await first).headers.get("connection"), second.headers.get("connection")]).toEqual([
      "close",
      "close",
    ]);
    await close(10_000);
  });

  test("ends idle connections, and those that never asked for anything", async () => {
    const { port, close } = await listen(helloServer(), { host, port: 0 });
    const unused = await client(port);
    const used = await client(port);
    used.write(get);
    await once(used, "data");
    const ended = [once(unused, "close"), once(used, "close")];
    await close(600_000);
    await Promise.all(ended);
  });

  test("answers a request that was on its way on an idle connection", async () => {
    const { port, close } = await listen(helloServer(), { host, port: 0 });
    const socket = await client(port);
    socket.write(get);
    await once(socket, "data");
    const answered = allText(socket);
    const closed = close(600_000);
    socket.write(get);
    expect(await answered).toMatch(/^HTTP\/1.1 200 OK[\s\S]*Connection: close[\s\S]*hello$/i);
    await closed;
  });

  test.each([
    ["head", "GET / HTTP/1.1\r\nHo", "st: x\r\n\r\n"],
    ["body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab", "cd"],
  ])("waits for the rest of a request's %s", async (_what, beginning, rest) => {
    const server = createServer((request, response) =>
      request.resume().on("end", () => response.end("hello")),
    );
    const { port, close } = await listen(server, { host, port: 0 });
    const [socket, idle] = [await client(port), await client(port)];
    socket.write(get);
    await once(socket, "data");
    socket.write(beginning);
    const answered = allText(socket);
    const idleEnded = once(idle, "close");
    const closed = close(600_000);
    // The sweep that ends idle connections has left the other one alone.
    await idleEnded;
    socket.write(rest);
    expect(await answered).toMatch(/^HTTP\/1.1 200 OK[\s\S]*Connection: close[\s\S]*hello$/i);
    await closed;
  });

  test("waits until an answer has been sent to its end", async () => {
    const size = 32 * 1024 * 1024;
    const server = createServer((_request, response) => response.end(Buffer.alloc(size)));
    const { port, close } = await listen(server, { host, port: 0 });
    const [socket, idle] = [await client(port), await client(port)];
    socket.write(get);
    await once(socket, "readable");
    const idleEnded = once(idle, "close");
    const closed = close(600_000);
    await idleEnded;
    let received = 0;
    for await (const chunk of socket) received += (chunk as Buffer).length;
    expect(received).toBeGreaterThan(size);
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
