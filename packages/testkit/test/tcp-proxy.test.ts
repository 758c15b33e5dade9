import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { TcpProxy, waitUntil } from "@roomcast/testkit";

describe("a link that tests can cut", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** A server that says its name and then whatever it hears. */
  async function echo(name: string): Promise<{ server: Server; port: number }> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined).write(`${name} `);
      socket.pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    return { server, port: (server.address() as AddressInfo).port };
  }

  async function link(...ports: number[]): Promise<TcpProxy> {
    const proxy = await TcpProxy.start(...ports);
    ends.push(() => proxy.stop());
    return proxy;
  }

  function client(proxy: TcpProxy): { socket: Socket; heard: () => string } {
    let text = "";
    const socket = connect(proxy.port, "127.0.0.1").setEncoding("utf8");
    socket
      .on("error", () => undefined)
      .on("data", (chunk) => {
        text += String(chunk);
      });
    ends.push(() => socket.destroy());
    return { socket, heard: () => text };
  }

  test("passes on both ways, and the end", async () => {
    const proxy = await link((await echo("a")).port);
    const { socket, heard } = client(proxy);
    socket.write("hello");
    await waitUntil("the echo", () => heard() === "a hello");
    expect(proxy.connections).toBe(1);
    socket.end();
    await waitUntil("the end", () => proxy.connections === 0);
  });

  test("distributes connections, past those that do not listen", async () => {
    const [a, b, gone] = [await echo("a"), await echo("b"), await echo("gone")];
    gone.server.close();
    await once(gone.server, "close");
    const proxy = await link(a.port, gone.port, b.port);
    const clients = Array.from({ length: 8 }, () => client(proxy));
    await waitUntil("all names", () => clients.every(({ heard }) => heard() !== ""));
    const names = clients.map(({ heard }) => heard());
    expect(new Set(names)).toEqual(new Set(["a ", "b "]));
    expect(names.filter((name) => name === "a ").length).toBeGreaterThan(1);
  });

  test("breaks new connections when nobody listens", async () => {
    const { server, port } = await echo("a");
    server.close();
    await once(server, "close");
    const { socket } = client(await link(port));
    await waitUntil("the end", () => socket.closed);
  });

  test("holds back everything while cut, and delivers it when healed", async () => {
    const a = await echo("a");
    const proxy = await link(a.port);
    const before = client(proxy);
    await waitUntil("the name", () => before.heard() === "a ");
    proxy.cut();
    before.socket.write("late");
    const meanwhile = client(proxy);
    await once(meanwhile.socket, "connect");
    // What passes through another link proves that time enough has gone by.
    const other = client(await link(a.port));
    other.socket.write("now");
    await waitUntil("the other echo", () => other.heard() === "a now");
    expect([before.heard(), meanwhile.heard()]).toEqual(["a ", ""]);
    proxy.heal();
    await waitUntil("the late echo", () => before.heard() === "a late" && meanwhile.heard() === "a ");
  });

  test("breaks every connection when severed, and takes new ones", async () => {
    const proxy = await link((await echo("a")).port);
    const broken = client(proxy);
    await waitUntil("the name", () => broken.heard() === "a ");
    proxy.sever();
    await waitUntil("the end", () => broken.socket.closed);
    const next = client(proxy);
    await waitUntil("the name", () => next.heard() === "a ");
  });

  test("passes on no more per second than it is told", async () => {
    const proxy = await link((await echo("a")).port);
    proxy.throttle(20);
    const { socket, heard } = client(proxy);
    await waitUntil("the name", () => heard() === "a ");
    const startedAtMs = performance.now();
    socket.write("four");
    await waitUntil("the echo", () => heard() === "a four");
    expect(performance.now() - startedAtMs).toBeGreaterThan(80);
    proxy.throttle(undefined);
    socket.write(" more");
    await waitUntil("the rest", () => heard() === "a four more");
  });
});
