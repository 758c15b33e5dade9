import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { testToken } from "@roomcast/testkit";
import type { Namespace, Socket } from "socket.io";
import { io as connectStock } from "socket.io-client";
import { Decoders } from "../src/socketio/decoders.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

/** A frame of a client as bytes, so that it can be torn anywhere. */
function frameOf(text: string, { opcode = 1, isFinal = true } = {}): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] as number));
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, ...length]), mask, masked]);
}

function streamOf({ socket }: RawClient): NodeJS.WritableStream {
  return (socket as unknown as { _socket: NodeJS.WritableStream })._socket;
}

const ping = (id: number) => `42/ws,${id}["ping"]`;
const pong = (id: number) => `43/ws,${id}[`;

describe("connections that share what they read with", () => {
  let server: Embedded;
  let namespace: Namespace;
  beforeAll(async () => {
    server = await startEmbedded();
    namespace = server.realtime.io.of("/ws");
  });
  afterAll(() => server.close());

  describe("when frames of several clients come torn and mixed", () => {
    let clients: RawClient[];
    beforeEach(async () => {
      clients = await Promise.all([1, 2, 3].map(() => RawClient.connected(server.url)));
    });

    test("each is answered what it asked", async () => {
      const frames = clients.map((_, id) => frameOf(ping(id + 1)));
      const longest = Math.max(...frames.map(({ length }) => length));
      for (let at = 0; at < longest; at += 3) {
        for (const [index, client] of clients.entries())
          streamOf(client).write(frames[index]?.subarray(at, at + 3) ?? "");
        await Promise.all(clients.map(() => new Promise(setImmediate)));
      }
      for (const [index, client] of clients.entries()) await client.next(pong(index + 1));
      for (const client of clients) await client.cut();
    });

    test("a message in fragments goes on after another client's and after a ping in between", async () => {
      const [first, second] = clients as [RawClient, RawClient];
      streamOf(first).write(frameOf('42/ws,7["pi', { isFinal: false }));
      second.send(ping(8));
      await second.next(pong(8));
      const ponged = once(first.socket, "pong");
      streamOf(first).write(frameOf("still there?", { opcode: 9 }));
      expect(String((await ponged)[0])).toBe("still there?");
      streamOf(first).write(frameOf('ng"]', { opcode: 0 }));
      await first.next(pong(7));
      for (const client of clients) await client.cut();
    });

    test("a malformed frame ends only its own connection", async () => {
      const [first, second] = clients as [RawClient, RawClient];
      streamOf(first).write(Buffer.from([0xff, 0x80, 0, 0, 0, 0]));
      expect(await first.closed).toBe(1002);
      second.send(ping(9));
      await second.next(pong(9));
      for (const client of clients) await client.cut();
    });

    test("a chunk that is larger than the stream's buffer stops nobody", async () => {
      const [first, second] = clients as [RawClient, RawClient];
      const long = `42/ws,1["ping","${"x".repeat(30_000)}"]`;
      streamOf(first).write(Buffer.concat([frameOf(long), frameOf(long.replace("1[", "2["))]));
      second.send(ping(3));
      await Promise.all([first.next(pong(2)), second.next(pong(3))]);
      first.send(ping(4));
      await first.next(pong(4));
      for (const client of clients) await client.cut();
    });
  });

  test("a burst of one client in one chunk lets others have their turns, and is answered in order", async () => {
    const count = 150;
    const [many, other] = await Promise.all([
      RawClient.connected(server.url),
      RawClient.connected(server.url),
    ]);
    const answered: string[] = [];
    for (const { socket } of [many, other])
      socket.on("message", (data) => answered.push((data as Buffer).toString()));
    streamOf(many).write(Buffer.concat(Array.from({ length: count }, (_, id) => frameOf(ping(id)))));
    streamOf(other).write(frameOf(ping(1_000)));
    await Promise.all([many.next(pong(count - 1)), other.next(pong(1_000))]);
    const ids = answered.map((text) => Number(/^43\/ws,(\d+)/.exec(text)?.[1]));
    expect(ids.indexOf(1_000)).toBeLessThan(count);
    expect(ids.filter((id) => id < count)).toEqual(Array.from({ length: count }, (_, id) => id));
    for (const client of [many, other]) await client.cut();
  });

  test("of a burst nothing is looked at after what its connection is cut for", async () => {
    const client = await RawClient.connected(server.url);
    const [socket] = namespace.sockets.values() as MapIterator<Socket>;
    const heard: unknown[] = [];
    socket?.onAny((name: unknown) => heard.push(name));
    const frames = [frameOf(ping(1)), frameOf("451-/ws,[]"), frameOf(ping(2))];
    streamOf(client).write(Buffer.concat(frames));
    await client.closed;
    const other = await RawClient.connected(server.url);
    other.send(ping(3));
    await other.next(pong(3));
    expect(heard).toEqual(["ping"]);
    await other.cut();
  });

  test("a closing handshake is answered with its code, and the server forgets the connection", async () => {
    const client = await RawClient.connected(server.url);
    const [socket] = namespace.sockets.values() as MapIterator<Socket>;
    const left = new Promise((resolve) => socket?.once("disconnect", resolve));
    const count = server.realtime.io.engine.clientsCount;
    client.socket.close(1000, "bye");
    expect(await client.closed).toBe(1000);
    expect(await left).toBe("transport close");
    expect(server.realtime.io.engine.clientsCount).toBe(count - 1);
  });

  describe("a socket in extending code", () => {
    let client: RawClient;
    let socket: Socket;
    beforeEach(async () => {
      const connected = once(namespace, "connection") as Promise<[Socket]>;
      client = await RawClient.connected(server.url);
      [socket] = await connected;
    });
    afterEach(() => client.cut());

    test("has listeners of its own for any event, and loses them", async () => {
      const other = await RawClient.connected(server.url);
      const heard: unknown[] = [];
      const listener = (name: unknown) => void heard.push(name);
      socket.onAny(listener);
      socket.prependAny(listener);
      other.send(ping(1));
      await other.next(pong(1));
      expect(heard).toEqual([]);
      client.send(ping(2));
      await client.next(pong(2));
      expect(heard).toEqual(["ping", "ping"]);
      socket.offAny(listener).offAny(listener);
      client.send(ping(3));
      await client.next(pong(3));
      expect(heard).toHaveLength(2);
      await other.cut();
    });

    test.each(["error", "constructor", "__proto__", "toString"])(
      "can be sent an event %j by its client",
      async (name) => {
        client.send(`42/ws,1["${name}"]`);
        expect(await client.next(pong(1))).toContain("unknown_command");
        const heard = once(socket, name === "error" ? "mistake" : name);
        client.send(`42/ws,["${name === "error" ? "mistake" : name}",5]`);
        expect(await heard).toEqual([5]);
      },
    );

    test("gets acknowledgements, keeps flags for one message, and has middleware", async () => {
      const seen: unknown[] = [];
      socket.use(([name], next) => {
        seen.push(name);
        next();
      });
      const answer = socket.timeout(5_000).emitWithAck("question", 1);
      const [, id] = /^42\/ws,(\d+)/.exec(await client.next("42/ws,")) ?? [];
      client.send(`43/ws,${id}["answer"]`);
      expect(await answer).toBe("answer");
      socket.volatile.emit("once");
      await client.next('42/ws,["once"');
      client.send(ping(2));
      await client.next(pong(2));
      expect(seen).toEqual(["ping"]);
    });

    test("is a stock socket in every other way", async () => {
      expect(socket.data).toMatchObject({ sessionId: expect.any(String), userId: expect.any(String) });
      expect(socket.rooms.has(socket.id)).toBe(true);
      expect((await namespace.in(socket.id).fetchSockets()).map(({ id }) => id)).toEqual([socket.id]);
      expect(socket.conn.remoteAddress).toContain("127.0.0.1");
      const left = once(socket, "disconnect");
      socket.disconnect();
      await client.next("41/ws,");
      expect((await left)[0]).toBe("server namespace disconnect");
      expect(namespace.sockets.has(socket.id)).toBe(false);
    });
  });

  test("both namespaces over one connection are told apart", async () => {
    const options = { auth: { token: testToken() }, transports: ["websocket"] };
    const main = connectStock(server.url, options);
    const ws = main.io.socket("/ws", options);
    ws.connect();
    await Promise.all([main, ws].map((one) => one.emitWithAck("ping")));
    main.disconnect();
    expect(await ws.emitWithAck("ping")).toMatchObject({ ok: true });
    ws.disconnect();
  });
});

describe("decoders", () => {
  /** As Socket.IO's: text is a packet, unless it says that binary parts follow. */
  class TestDecoder {
    reconstructor: string | undefined;
    #emit: (packet: unknown) => void = () => undefined;
    on(_event: "decoded", listener: (packet: unknown) => void): void {
      this.#emit = listener;
    }
    add(data: unknown): void {
      if (data === "bad") throw new Error("malformed");
      if (typeof data === "string" && data.endsWith("+")) this.reconstructor = data;
      else {
        this.#emit(`${this.reconstructor ?? ""}${String(data)}`);
        this.reconstructor = undefined;
      }
    }
  }
  const client = () => {
    const packets: unknown[] = [];
    return { packets, ondecoded: (packet: unknown) => void packets.push(packet) };
  };

  test("are shared between packets, and a client's own within one", () => {
    let made = 0;
    const decoders = new Decoders(() => {
      made++;
      return new TestDecoder();
    });
    const [one, other] = [client(), client()];
    const own = decoders.read(one, "first+", undefined);
    expect(decoders.read(other, "whole", undefined)).toBeUndefined();
    expect(decoders.read(one, "second", own)).toBeUndefined();
    decoders.read(other, "again", undefined);
    expect(one.packets).toEqual(["first+second"]);
    expect(other.packets).toEqual(["whole", "again"]);
    expect(made).toBe(2);
  });

  test("are not used again after they failed", () => {
    let made = 0;
    const decoders = new Decoders(() => {
      made++;
      return new TestDecoder();
    });
    expect(() => decoders.read(client(), "bad", undefined)).toThrow("malformed");
    decoders.read(client(), "good", undefined);
    expect(made).toBe(2);
  });
});
