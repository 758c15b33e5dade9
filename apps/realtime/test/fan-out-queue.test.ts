import { beforeEach, expect, test } from "@jest/globals";
import type { LogEntry } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import type { Connection } from "../src/delivery/connection.ts";
import type { EntryBatch } from "../src/delivery/entry-batch.ts";
import { EventEncoder } from "../src/delivery/event-encoder.ts";
import { FanOutQueue } from "../src/delivery/fan-out-queue.ts";
import { jsonFormat } from "../src/packets/json-format.ts";

/** What the queue reads of a connection. */
class Recipient {
  isReady = true;
  readonly supportsDeflate = false;
  pending = undefined;
  /** The offsets of each write, or of each delivery while not ready. */
  readonly writes: string[] = [];
  readonly buffers: Buffer[] = [];
  onWrite: () => void = () => undefined;
  onDeliver: () => void = () => undefined;

  deliver({ entries }: EntryBatch): void {
    this.writes.push(entries.map(({ entry }) => entry.offset).join(" "));
    this.onDeliver();
  }
}

const encoder = new EventEncoder(jsonFormat);

let queue: FanOutQueue;
let offset: number;
const members = new Map<RoomName, Recipient[]>();
beforeEach(() => {
  offset = 0;
  members.clear();
  queue = new FanOutQueue({
    name: "stream",
    write(connection, bytes) {
      const recipient = connection as unknown as Recipient;
      recipient.writes.push(offsetsIn(bytes));
      recipient.buffers.push(bytes);
      recipient.onWrite();
    },
  });
});

function offsetsIn(bytes: Buffer): string {
  return [...bytes.toString().matchAll(/"e\.(\d+)"/g)].map(([, found]) => found).join(" ");
}

function enter(...rooms: RoomName[]): Recipient {
  const recipient = new Recipient();
  for (const room of rooms) members.set(room, [...(members.get(room) ?? []), recipient]);
  return recipient;
}

function send(...rooms: RoomName[]): void {
  const entry: LogEntry = {
    offset: ++offset,
    epoch: "e",
    timeMs: 0,
    kind: "event",
    type: "project.updated",
    rooms,
    transient: false,
    json: "{}",
  };
  const present = () => rooms.map((room) => (members.get(room) ?? []) as unknown as Connection[]);
  queue.add({ namespace: "/", key: rooms.join("\n"), members: present }, encoder.entry(entry));
}

test("rooms that take turns: one write for each connection, with all it is given, in order", () => {
  const [a, b, both] = [enter("project:a"), enter("project:b"), enter("project:a", "project:b")];
  send("project:a");
  send("project:b");
  send("project:a");
  send("project:a");
  send("project:b");
  queue.flush();
  expect([a.writes, b.writes, both.writes]).toEqual([["1 3 4"], ["2 5"], ["1 2 3 4 5"]]);
});

test("connections that are given the same share one buffer", () => {
  const [one, two, other] = [enter("project:a"), enter("project:a"), enter("project:a", "project:b")];
  send("project:a");
  send("project:b");
  send("project:a");
  queue.flush();
  expect(one.buffers[0]).toBe(two.buffers[0]);
  expect(other.buffers[0]).not.toBe(one.buffers[0]);
});

test("an entry of several rooms reaches a connection in two of them once", () => {
  const both = enter("project:a", "project:b");
  send("project:b");
  send("project:a", "project:b");
  send("project:a");
  queue.flush();
  expect(both.writes).toEqual(["1 2 3"]);
});

test("a connection that is not ready is handed its entries", () => {
  const slow = enter("project:a", "project:b");
  slow.isReady = false;
  send("project:a");
  send("project:b");
  queue.flush();
  expect(slow.writes).toEqual(["1 2"]);
});

test("a connection that leaves during a write skips no other, and new entries go behind the queued ones", () => {
  const [first, second, third] = [enter("project:a"), enter("project:a"), enter("project:a")];
  first.onWrite = () => {
    first.onWrite = () => undefined;
    members.get("project:a")?.shift();
    send("project:a");
    queue.flush();
  };
  send("project:a");
  queue.flush();
  expect([first.writes, second.writes, third.writes]).toEqual([["1"], ["1 2"], ["1 2"]]);
});

test("a writer for many leaves who is not ready; what comes while those are written comes after", () => {
  const write = (connection: unknown, bytes: Buffer) =>
    (connection as Recipient).writes.push(offsetsIn(bytes));
  const ready: unknown[][] = [];
  queue = new FanOutQueue({
    name: "native",
    write,
    writeMany(streams, shared) {
      ready.push(streams.filter(({ isReady }) => isReady));
      for (const stream of streams) if (stream.isReady) write(stream, shared.bytes(stream.supportsDeflate));
      return streams.filter(({ isReady }) => !isReady);
    },
  });
  const [one, slow] = [enter("project:a"), enter("project:a")];
  const [two, slower] = [enter("project:a"), enter("project:a")];
  slow.isReady = slower.isReady = false;
  slow.onDeliver = () => {
    slow.onDeliver = () => undefined;
    members.get("project:a")?.shift();
    send("project:a");
    queue.flush();
  };
  send("project:a");
  queue.flush();
  expect(ready).toEqual([[one, two]]);
  expect([one.writes, slow.writes, two.writes, slower.writes]).toEqual([
    ["1"],
    ["1", "2"],
    ["1", "2"],
    ["1 2"],
  ]);
});
