import type { HistoryBounds, RoomKind, RoomName } from "@roomcast/events";
import { roomKindOf } from "@roomcast/events";
import type { RedisClient } from "@roomcast/service";
import type { HistoryRange, HistorySlice, LogEntry } from "../event-log.ts";
import { decodeEntry } from "./entry-codec.ts";
import type { LogKeys } from "./keys.ts";

interface Item {
  entry: LogEntry;
  prev: number;
}

/** Reads part of a room's history and proves whether it is complete. */
export async function readHistory(
  client: RedisClient,
  keys: LogKeys,
  bounds: Record<RoomKind, HistoryBounds>,
  room: RoomName,
  range: HistoryRange,
): Promise<HistorySlice> {
  const quietFrom = () => provenQuietFrom(client, keys, bounds[roomKindOf(room)].maxAgeMs);
  if (range.after === undefined) return readNewest(client, keys, room, range.limit, quietFrom);
  // The head first: what is appended between the two reads then shows in the entries, never only in the head.
  const [head, found] = await Promise.all([
    client.get(keys.roomHead(room)),
    client.xRange(keys.history(room), `(${range.after}-0`, "+", { COUNT: range.limit + 1 }),
  ]);
  const items = (found ?? []).map(toItem).filter((item) => item !== undefined);
  const complete = await isComplete(range.after, items[0]?.prev, head, quietFrom);
  const until = range.until ?? Number.POSITIVE_INFINITY;
  const wanted = items.filter((item) => item.entry.offset <= until);
  return {
    entries: wanted.slice(0, range.limit).map((item) => item.entry),
    complete,
    more: wanted.length > range.limit,
  };
}

async function isComplete(
  after: number,
  prev: number | undefined,
  head: string | null,
  quietFrom: () => Promise<number>,
): Promise<boolean> {
  if (prev !== undefined) return prev <= after;
  if (head !== null) return Number(head.split(" ")[0]) <= after;
  return after >= (await quietFrom());
}

/** A room of this age without a head had no event after the returned offset. */
async function provenQuietFrom(client: RedisClient, keys: LogKeys, maxAgeMs: number): Promise<number> {
  const [seconds, micros] = await client.sendCommand<[string, string]>(["TIME"]);
  const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  const [young, meta] = await Promise.all([
    client.zRange(keys.clock, now - maxAgeMs, "+inf", { BY: "SCORE", LIMIT: { offset: 0, count: 1 } }),
    client.hmGet(keys.meta, ["offset", "agesFrom"]),
  ]);
  const from = young[0] === undefined ? Number(meta[0] ?? 0) : Number(young[0]) - 1;
  return Math.max(from, Number(meta[1] ?? 1) - 1);
}

async function readNewest(
  client: RedisClient,
  keys: LogKeys,
  room: RoomName,
  limit: number,
  quietFrom: () => Promise<number>,
): Promise<HistorySlice> {
  const found = await client.xRevRange(keys.history(room), "+", "-", { COUNT: limit });
  const items = (found ?? []).map(toItem).filter((item) => item !== undefined);
  const entries = items.map((item) => item.entry).reverse();
  const oldest = items.at(-1);
  const isAll = oldest === undefined ? (await quietFrom()) === 0 : items.length < limit && oldest.prev === 0;
  return { entries, complete: isAll, more: false };
}

function toItem({ message }: { message: Record<string, string> }): Item | undefined {
  const entry = decodeEntry(message.e ?? "");
  return entry === undefined ? undefined : { entry, prev: Number(message.p) };
}
