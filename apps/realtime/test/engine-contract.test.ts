import { once } from "node:events";
import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { openPolling } from "./support/raw-http.ts";

interface EngineSocket extends NodeJS.EventEmitter {
  id: string;
  readyState: string;
  writeBuffer: unknown[];
  transport: NodeJS.EventEmitter & {
    name: string;
    socket: { readyState: number; bufferedAmount: number; _sender: { _state: number }; _socket: object };
    close(): void;
  };
  write(data: string): void;
  sendPacket(type: "ping"): void;
  onPacket(packet: object): void;
  onError(error: Error): void;
  resetPingTimeout(): void;
  close(discard?: boolean): void;
}

const own = createRequire(import.meta.url);

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** What our class puts in the place of Engine.IO's own, which must go on calling it. */
const overridden = [
  "setTransport",
  "schedulePing",
  "sendPacket",
  "flush",
  "onDrain",
  "onPacket",
  "onClose",
  "close",
];
const emitted = ["data", "upgrading", "close"];

describe("the internals of Engine.IO and ws that the delivery relies on", () => {
  let server: Embedded;
  let client: TestClient;
  let engine: EngineSocket;
  let calls: string[];
  beforeAll(async () => {
    server = await startEmbedded({ socket: { pingTimeoutMs: 50 } });
  });
  beforeEach(async () => {
    client = await TestClient.connected(server.url, { token: testToken(), reconnection: false });
    engine = onlySocket().conn as unknown as EngineSocket;
    calls = recordCalls(engine);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    client.close();
    await waitUntil("all have left", () => server.realtime.io.engine.clientsCount === 0);
  });
  afterAll(() => server.close());

  const onlySocket = () => {
    const [socket] = server.realtime.io.of("/ws").sockets.values();
    if (socket === undefined) throw new Error("nobody is connected");
    return socket;
  };
  const engineOf = (sid: string) =>
    (server.realtime.io.engine as unknown as { clients: Record<string, EngineSocket> }).clients[
      sid
    ] as EngineSocket;
  const poll = async () => {
    const request = await openPolling(server.url);
    return { request, polling: engineOf(new URL(request).searchParams.get("sid") as string) };
  };

  test("an idle websocket is open, has an empty write buffer, an idle sender and a stream", () => {
    expect(engine.readyState).toBe("open");
    expect(engine.writeBuffer).toEqual([]);
    expect(engine.transport.name).toBe("websocket");
    const { socket } = engine.transport;
    expect(socket).toMatchObject({ readyState: 1, bufferedAmount: 0, _sender: { _state: 0 } });
    expect(socket._socket).toMatchObject({
      _handle: { fd: expect.any(Number) },
      _writableState: { length: 0, destroyed: false },
    });
  });

  test("whatever is written goes through `sendPacket`, then `flush`, and waits while another is on its way", () => {
    engine.write('2/ws,["x"]');
    onlySocket().emit("y");
    expect(calls).toEqual(["sendPacket", "flush", "sendPacket", "flush"]);
    expect(engine.writeBuffer).toHaveLength(1);
  });

  test("a message is told by `data`", () => {
    engine.onPacket({ type: "message", data: '2/ws,["x"]' });
    expect(calls).toEqual(["onPacket", "emit data"]);
  });

  test.each<[string, string[], () => void]>([
    ["an error", ["onClose", "emit close"], () => engine.onError(new Error("any"))],
    ["`close`", ["close", "onClose", "emit close"], () => engine.close()],
    ["`close` that discards", ["close", "onClose", "emit close"], () => engine.close(true)],
  ])("%s ends by `onClose`", (_name, expected, end) => {
    end();
    expect(calls).toEqual(expected);
    expect(engine.readyState).toBe("closed");
  });

  test("a socket that is disconnected with its connection ends by `close`", () => {
    onlySocket().disconnect(true);
    expect(calls).toContain("close");
  });

  test("an overdue answer to a ping, and a client that goes, end by `onClose`", async () => {
    engine.resetPingTimeout();
    await once(engine, "close");
    expect(calls).toEqual(["onClose", "emit close"]);
    calls.length = 0;
    const other = await TestClient.connected(server.url, { token: testToken() });
    const ended = once(onlySocket().conn as unknown as EngineSocket, "close");
    other.close();
    await ended;
    expect(calls.slice(-2)).toEqual(["onClose", "emit close"]);
  });

  test("an answered ping is told by `heartbeat`", async () => {
    const told = once(engine, "heartbeat");
    engine.sendPacket("ping");
    await told;
  });

  test("over polling, too, everything goes through what is overridden", async () => {
    const { request, polling } = await poll();
    expect(calls).toEqual(["setTransport", "sendPacket", "flush", "schedulePing", "flush", "onDrain"]);
    calls.length = 0;
    await fetch(request, { method: "POST", body: "3" });
    expect(calls).toEqual(["onPacket"]);
    calls.length = 0;
    polling.transport.emit("close");
    expect(calls).toEqual(["onClose", "emit close"]);
  });

  test("over polling nothing is queued while it is closing, and what discards it ends it within the call", async () => {
    const { polling } = await poll();
    polling.readyState = "closing";
    polling.write("x");
    expect(polling.writeBuffer).toEqual([]);
    polling.close(true);
    expect(polling.readyState).toBe("closed");
    expect(calls.slice(-2)).toEqual(["onClose", "emit close"]);
  });

  test("an upgrade is told by `upgrading`, and then goes through `setTransport` and `flush`", async () => {
    const transports = ["polling", "websocket"];
    const other = await TestClient.connected(server.url, { token: testToken(), transports });
    if (other.socket.io.engine.transport.name === "polling")
      await new Promise((resolve) => other.socket.io.engine.once("upgrade", resolve));
    await other.call("ping");
    const at = calls.indexOf("emit upgrading");
    expect(at).toBeGreaterThan(0);
    const upgrade = calls.indexOf("setTransport", at);
    expect(upgrade).toBeGreaterThan(at);
    expect(calls[upgrade + 1]).toBe("flush");
    other.close();
  });

  test("ws has the fix for unread pongs (8.23.0)", () => {
    const { version } = own("ws/package.json") as { version: string };
    expect(version.localeCompare("8.23.0", "en", { numeric: true })).toBeGreaterThanOrEqual(0);
  });
});

// They ask for an older ws, which answers an endless flood of pings; the workspace overrides it.
test.each(["engine.io", "socket.io-adapter"])("WS-SAFE-14 %s uses the ws of this package", (user) => {
  const its = createRequire(own.resolve(user));
  expect(its("ws/package.json")).toEqual(own("ws/package.json"));
});

/** The calls of what is overridden, of all connections of this one's server, from now on. */
function recordCalls(engine: EngineSocket): string[] {
  const calls: string[] = [];
  const prototype = Object.getPrototypeOf(engine) as Methods;
  const record = (name: string, describe: (args: unknown[]) => string | undefined) => {
    const original = prototype[name] as Methods[string];
    jest.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      const call = describe(args);
      if (call !== undefined) calls.push(call);
      return original.apply(this, args);
    });
  };
  for (const name of overridden) record(name, () => name);
  record("emit", ([event]) => (emitted.includes(event as string) ? `emit ${event as string}` : undefined));
  return calls;
}
