import { setTimeout as sleep } from "node:timers/promises";
import {
  currentEpoch,
  type EventLog,
  type HistorySlice,
  type LogEntry,
  type LogHead,
} from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import { backoffMs } from "@roomcast/service";
import { type Backfill, readHistory } from "./read-history.ts";

/** Rooms per round. Other users of the Redis connection get their turn between two rounds. */
const roomsAtOnce = 250;
const attempts = 3;
const retryBackoff = { firstMs: 200, longestMs: 400 };

/** Bounds of the whole gap, which stays in memory until it is delivered. */
const defaultBounds = { maxEntries: 100_000, maxBytes: 64 * 1024 * 1024 };

type GapLog = Pick<EventLog, "history" | "head">;

/** What has been read so far, and what may still be read. */
interface Progress {
  found: Map<number, LogEntry>;
  incomplete: Set<RoomName>;
  left: { entries: number; bytes: number };
}

/**
 * Reads the entries of rooms after the offset `after` up to `until`, in rounds, and retries the reads that
 * fail. A room counts as incomplete if it cannot be read although Redis answers, or if it would exceed the
 * bounds. Rejects with `unavailable` if Redis does not answer, or if the log is in another epoch.
 */
export async function readGap(
  log: GapLog,
  rooms: readonly RoomName[],
  after: number,
  until: LogHead,
  bounds = defaultBounds,
): Promise<Backfill> {
  const left = { entries: bounds.maxEntries, bytes: bounds.maxBytes };
  const progress: Progress = { found: new Map(), incomplete: new Set(), left };
  const bounded = { history: boundedHistory(log, left) };
  for (let at = 0; at < rooms.length; at += roomsAtOnce) {
    const read = (round: readonly RoomName[]) => readRooms(bounded, round, after, until, progress);
    const failed = await readWithRetries(read, rooms.slice(at, at + roomsAtOnce));
    if (failed.length > 0) await assertReachable(log, until);
    for (const room of failed) progress.incomplete.add(room);
  }
  const entries = [...progress.found.values()].sort((a, b) => a.offset - b.offset);
  return { entries, incomplete: progress.incomplete };
}

/** Returns the rooms that failed in every attempt. */
async function readWithRetries(
  read: (rooms: readonly RoomName[]) => Promise<RoomName[]>,
  rooms: readonly RoomName[],
): Promise<RoomName[]> {
  let failed = await read(rooms);
  for (let attempt = 1; attempt < attempts && failed.length > 0; attempt++) {
    await sleep(backoffMs(attempt, retryBackoff));
    failed = await read(failed);
  }
  return failed;
}

/** Reads each room by itself, and returns the rooms that failed. */
async function readRooms(
  log: Pick<EventLog, "history">,
  rooms: readonly RoomName[],
  after: number,
  until: LogHead,
  { found, incomplete, left }: Progress,
): Promise<RoomName[]> {
  const bounds = { maxEntries: left.entries, maxBytes: left.bytes };
  const reads = rooms.map((room) => readHistory(log, [{ room, filter: undefined, after }], until, bounds));
  const results = await Promise.allSettled(reads);
  return rooms.filter((room, index) => {
    const result = results[index] as PromiseSettledResult<Backfill>;
    if (result.status === "rejected") return true;
    if (result.value.incomplete.has(room)) incomplete.add(room);
    for (const entry of result.value.entries) found.set(entry.offset, entry);
    return false;
  });
}

/** Counts what the pages bring. Beyond the bounds every history is incomplete. */
function boundedHistory(log: GapLog, left: Progress["left"]): EventLog["history"] {
  return async (room, range): Promise<HistorySlice> => {
    const slice = await log.history(room, range);
    left.entries -= slice.entries.length;
    left.bytes -= slice.entries.reduce((sum, { json }) => sum + json.length, 0);
    const isWithin = left.entries >= 0 && left.bytes >= 0;
    return isWithin || slice.entries.length === 0 ? slice : { entries: [], complete: false, more: false };
  };
}

async function assertReachable(log: GapLog, until: LogHead): Promise<void> {
  const head = await log.head();
  if (currentEpoch(head) !== currentEpoch(until))
    throw new ProtocolError("unavailable", "the log began a new epoch while this replica was reading a gap");
}
