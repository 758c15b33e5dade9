import { once } from "node:events";
import { readSync, writeSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket as NetSocket, type Server } from "node:net";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createWriter } from "../src/delivery/create-writer.ts";
import { createDescriptorWriter, type SendAll } from "../src/delivery/descriptor-writer.ts";
import type { FrameWriter, ReadyStream } from "../src/delivery/frame-writer.ts";
import { sendToEach } from "../src/delivery/send-all.ts";
import { readyStream } from "../src/delivery/write-self-test.ts";
import { fdOf } from "../src/socketio/stream-internals.ts";

/** A client and the server's side of its connection, as the delivery has it. */
interface Pair {
  client: NetSocket;
  connection: ReadyStream & { stream: NetSocket };
  /** What the client has received. */
  text: () => string;
}

describe.each(["native", "public"] as const)("the %s writer", (path) => {
  let server: Server;
  let writer: FrameWriter;
  const pairs: Pair[] = [];
  beforeEach(async () => {
    writer = await createWriter(path);
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    for (const { client, connection } of pairs.splice(0)) {
      client.destroy();
      connection.stream.destroy();
    }
    server.close();
  });

  async function open(): Promise<Pair> {
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [accepted] = await Promise.all([once(server, "connection"), once(client, "connect")]);
    const stream = accepted[0] as NetSocket;
    const received: Buffer[] = [];
    client.on("data", (chunk: Buffer) => received.push(chunk));
    const connection = { ...readyStream(stream), stream };
    const pair = { client, connection, text: () => Buffer.concat(received).toString() };
    pairs.push(pair);
    return pair;
  }

  /** As the queue does it: those who are left are written one by one. */
  function writeTo(to: Pair[], text: string): void {
    const streams = to.map(({ connection }) => connection);
    for (const left of writeMany(streams, text)) writer.write(left, Buffer.from(text));
  }

  function writeMany(streams: ReadyStream[], text: string): readonly ReadyStream[] {
    if (writer.writeMany === undefined) throw new Error("a descriptor writer writes to many");
    return writer.writeMany(streams, { bytes: () => Buffer.from(text) });
  }

  async function arrived(pair: Pair, length: number): Promise<string> {
    while (pair.text().length < length) await delay(1);
    return pair.text();
  }

  /** Reads what the kernel holds for a client, before libuv can write more; returns how many bytes that were. */
  function drain(client: NetSocket): number {
    const chunk = Buffer.alloc(1024 * 1024);
    let length = 0;
    try {
      for (;;) length += readSync(fdOf(client), chunk);
    } catch {
      return length;
    }
  }

  test("every connection is given all, in order, more of them than it has had places for", async () => {
    const all: Pair[] = [];
    for (let n = 0; n < 1_100; n++) all.push(await open());
    writeTo(all, "first ");
    writeTo(all, "second");
    for (const pair of all) expect(await arrived(pair, 12)).toBe("first second");
    expect(all.every(({ connection }) => connection.isReady)).toBe(true);
  });

  test("each kind of client is given its bytes; who is not ready is left", async () => {
    const [plain, inflating, slow] = [await open(), await open(), await open()];
    inflating.connection.supportsDeflate = true;
    slow.connection.isReady = false;
    const streams = [plain, inflating, slow].map(({ connection }) => connection);
    const shared = {
      bytes: (supportsDeflate: boolean) => Buffer.from(supportsDeflate ? "deflated" : "plain"),
    };
    expect(writer.writeMany?.(streams, shared)).toEqual([slow.connection]);
    expect(await arrived(plain, 5)).toBe("plain");
    expect(await arrived(inflating, 8)).toBe("deflated");
    expect(slow.text()).toBe("");
  });

  test("a closed connection's number may be another's by now: that one is given nothing", async () => {
    const [closed, other] = [await open(), await open()];
    closed.connection.stream.destroy();
    const heirs = [await open(), await open()];
    const fds = heirs.flatMap(({ client, connection }) => [fdOf(client), connection.fd]);
    expect(fds).toContain(closed.connection.fd);
    let misled = "";
    for (const { connection } of heirs) connection.stream.on("data", (chunk: Buffer) => (misled += chunk));
    writeTo([closed, other, ...heirs], "text");
    for (const pair of [other, ...heirs]) expect(await arrived(pair, 4)).toBe("text");
    await delay(20);
    expect([misled, closed.text(), ...heirs.map((heir) => heir.text())]).toEqual(["", "", "text", "text"]);
    expect(closed.connection.isReady).toBe(false);
  });

  test("comes after what waits in the stream or in libuv, even where the kernel has room again", async () => {
    const [slow, fast] = [await open(), await open()];
    slow.client.pause();
    const large = "x".repeat(8 * 1024 * 1024);
    slow.connection.stream.write(large);
    const taken = drain(slow.client);
    expect(taken).toBeGreaterThan(0);
    writeTo([slow, fast], "after the stream,");
    expect(slow.connection.isReady).toBe(false);
    writeTo([slow, fast], " after libuv");
    expect(await arrived(fast, 29)).toBe("after the stream, after libuv");
    slow.client.resume();
    const expected = `${large.slice(taken)}after the stream, after libuv`;
    expect((await arrived(slow, expected.length)) === expected).toBe(true);
  });

  test("what the kernel takes only a part of arrives whole", async () => {
    const [slow, fast] = [await open(), await open()];
    slow.client.pause();
    const part = "y".repeat(100_000);
    let count = 0;
    for (; slow.connection.isReady; count++) writeTo([slow, fast], part);
    writeTo([fast, slow], "end");
    const expected = `${part.repeat(count)}end`;
    slow.client.resume();
    for (const pair of [slow, fast]) expect((await arrived(pair, expected.length)) === expected).toBe(true);
  });

  test("two namespaces of one client keep their order, whichever of them has to wait", async () => {
    const pair = await open();
    pair.client.pause();
    const sibling = { ...pair.connection };
    const large = Buffer.alloc(8 * 1024 * 1024, "x");
    writer.write(pair.connection, large);
    const taken = drain(pair.client);
    writer.write(sibling, Buffer.from("sibling"));
    expect(writeMany([sibling], "no")).toEqual([sibling]);
    writer.write(sibling, Buffer.from(" again"));
    pair.client.resume();
    const expected = `${large.subarray(taken).toString()}sibling again`;
    expect((await arrived(pair, expected.length)) === expected).toBe(true);
  });

  test("a connection that the client has reset ends", async () => {
    const [gone, other] = [await open(), await open()];
    const { stream } = gone.connection;
    const errors: Error[] = [];
    stream.on("error", (error) => errors.push(error));
    gone.client.resetAndDestroy();
    while (!stream.destroyed) {
      writeTo([gone, other], ".");
      await delay(1);
    }
    expect(errors).toHaveLength(1);
    const before = other.text().length;
    writeTo([gone, other], "text");
    expect((await arrived(other, before + 4)).endsWith("text")).toBe(true);
    expect(gone.connection.isReady).toBe(false);
  });
});

describe("the trial of a way to send", () => {
  const claim = (answer: (length: number) => number): SendAll => {
    return (fds, count, bytes) => {
      fds.fill(answer(bytes.length), 0, count);
      return answer(bytes.length) === bytes.length ? count : 0;
    };
  };
  const each = (send: (fd: number, bytes: Uint8Array) => number): SendAll => {
    return (fds, count, bytes) => {
      const takers = fds.subarray(0, count).map((fd) => send(fd, bytes));
      fds.set(takers);
      return takers.filter((taken) => taken === bytes.length).length;
    };
  };
  const half = (fd: number, bytes: Uint8Array) => writeSync(fd, bytes, 0, Math.ceil(bytes.length / 2));
  const broken: Record<string, SendAll> = {
    throws: () => {
      throw new Error("no such function");
    },
    "claims all and writes nothing": claim((length) => length),
    "writes nothing and says so": claim(() => 0),
    "always answers -EBADF": claim(() => -constants.errno.EBADF),
    "writes all and claims nothing": each((fd, bytes) => writeSync(fd, bytes) * 0),
    "writes a half and says so": each(half),
    "writes a half and claims all": each((fd, bytes) => half(fd, bytes) && bytes.length),
    "always says that it was less": each((fd, bytes) => writeSync(fd, bytes) - 1),
  };

  test.each(Object.keys(broken))("refuses one that %s", async (name) => {
    const sendAll = broken[name] as SendAll;
    expect(await createDescriptorWriter("native", sendAll)).toBeUndefined();
    expect((await createWriter("auto", () => sendAll)).name).toBe("public");
    await expect(createWriter("native", () => sendAll)).rejects.toThrow("does not work here");
  });

  test("takes one that works", async () => {
    expect((await createDescriptorWriter("public", sendToEach))?.name).toBe("public");
    expect((await createWriter("auto", () => sendToEach)).name).toBe("native");
    expect((await createWriter("auto", () => undefined)).name).toBe("public");
  });
});
