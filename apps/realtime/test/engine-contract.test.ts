import { once } from "node:events";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

interface EngineSocket {
  readyState: string;
  writeBuffer: unknown[];
  transport: {
    name: string;
    socket: { readyState: number; bufferedAmount: number; _sender: { _state: number }; _socket: object };
  };
  on(event: string, listener: () => void): void;
  send(data: string): void;
}

describe("the internals of Engine.IO and ws that the delivery relies on", () => {
  let server: Embedded;
  let client: TestClient;
  let engine: EngineSocket;
  beforeAll(async () => {
    server = await startEmbedded();
    client = await TestClient.connected(server.url, { token: testToken() });
    const [socket] = server.realtime.io.of("/ws").sockets.values();
    engine = socket?.conn as unknown as EngineSocket;
  });
  afterAll(async () => {
    client.close();
    await server.close();
  });

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

  test("`packetCreate` comes before a packet is queued and `drain` after it went to the transport", () => {
    const seen: string[] = [];
    engine.on("packetCreate", () => seen.push(`packetCreate ${engine.writeBuffer.length}`));
    engine.on("drain", () => seen.push(`drain ${engine.writeBuffer.length}`));
    engine.send('2/ws,["x"]');
    // The second waits: the transport is not writable before the first was handed over.
    engine.send('2/ws,["y"]');
    expect(seen).toEqual(["packetCreate 0", "drain 0", "packetCreate 0"]);
    expect(engine.writeBuffer).toHaveLength(1);
  });

  test("`close` comes when the connection has ended", async () => {
    const closed = once(engine as unknown as NodeJS.EventEmitter, "close");
    client.close();
    await closed;
    expect(engine.readyState).toBe("closed");
  });

  test("ws has the fix for unread pongs (8.23.0)", () => {
    const require = createRequire(new URL("../package.json", import.meta.url));
    expect((require("ws/package.json") as { version: string }).version).toBe("8.23.0");
  });
});
