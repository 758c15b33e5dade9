import { type EventLog, isBeyond, type LogEntry, type LogHead } from "@roomcast/event-log";
import { type Filter, ProtocolError, type RoomName } from "@roomcast/events";
import type { Subscription } from "../sessions/session.ts";
import { dataOf } from "./room-manager.ts";

/** The part of one room's history that is needed: the entries after an offset that pass the filter. */
export interface HistoryRange {
  room: RoomName;
  filter: Filter | undefined;
  after: number;
}

/** Entries read from the histories of several rooms, as one sequence. */
export interface Backfill {
  /** In the order of the log, each once. */
  entries: LogEntry[];
  /** Rooms whose history has a gap or exceeds the bounds. `entries` holds nothing that only they need. */
  incomplete: Set<RoomName>;
}

/** Bounds of one replay; a room that would exceed them counts as incomplete. */
export interface BackfillBounds {
  maxEntries: number;
  maxBytes: number;
}

const pageSize = 500;

/**
 * Reads the histories of rooms up to `until`, the position and the epochs of the log that the caller knows.
 * Rejects with `unavailable`, also if the log has begun an epoch that the caller does not know: offsets mean
 * other entries there.
 */
export async function readHistory(
  log: Pick<EventLog, "history">,
  ranges: HistoryRange[],
  until: LogHead,
  bounds: BackfillBounds,
): Promise<Backfill> {
  const found = new Map<number, LogEntry>();
  const incomplete = new Set<RoomName>();
  await Promise.all(
    ranges.map(async (range) => {
      const entries = await readRoom(log, range, until, bounds);
      if (entries === undefined) incomplete.add(range.room);
      else for (const entry of entries) found.set(entry.offset, entry);
    }),
  );
  return { entries: [...found.values()].sort((a, b) => a.offset - b.offset), incomplete };
}

async function readRoom(
  log: Pick<EventLog, "history">,
  { room, filter, after }: HistoryRange,
  head: LogHead,
  { maxEntries, maxBytes }: BackfillBounds,
): Promise<LogEntry[] | undefined> {
  const entries: LogEntry[] = [];
  let bytes = 0;
  const { offset: until } = head;
  let position = after;
  while (position < until) {
    const page = await log.history(room, { after: position, until, limit: pageSize });
    if (page.entries.some((entry) => isBeyond(entry, head)))
      throw new ProtocolError("unavailable", "this replica has not caught up with the log yet");
    if (!page.complete) return undefined;
    const passing = page.entries.filter((entry) => passes(entry, { room, filter }));
    entries.push(...passing);
    bytes += passing.reduce((sum, { json }) => sum + json.length, 0);
    if (entries.length > maxEntries || bytes > maxBytes) return undefined;
    if (!page.more) break;
    position = page.entries.at(-1)?.offset ?? until;
  }
  return entries;
}

/** Entries of a room that a session received before: those in (`since`, `upTo`] that pass the filter. */
export interface Delivered extends Pick<Subscription, "room" | "filter" | "since"> {
  upTo: number;
}

/** Groups the records by room. */
export function byRoom(delivered: readonly Delivered[]): Map<RoomName, Delivered[]> {
  const rooms = new Map<RoomName, Delivered[]>();
  for (const one of delivered) {
    const others = rooms.get(one.room);
    if (others === undefined) rooms.set(one.room, [one]);
    else others.push(one);
  }
  return rooms;
}

/** Whether an entry went to the room and passes the filter. */
export function passes(entry: LogEntry, { room, filter }: Pick<Subscription, "room" | "filter">): boolean {
  return entry.rooms.includes(room) && (filter === undefined || filter.matches(dataOf(entry)));
}

/** Whether a session received an entry before, through any of its rooms. */
export function wasDelivered(
  entry: LogEntry,
  delivered: ReadonlyMap<RoomName, readonly Delivered[]>,
): boolean {
  const isCovered = (one: Delivered) =>
    entry.offset > one.since && entry.offset <= one.upTo && passes(entry, one);
  return entry.rooms.some((room) => delivered.get(room)?.some(isCovered) === true);
}
