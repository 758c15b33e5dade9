import type { RoomAccess } from "@roomcast/auth";
import {
  currentEpoch,
  type EventLog,
  type HistorySlice,
  isBeyond,
  type LogEntry,
  validatePosition,
} from "@roomcast/event-log";
import {
  type EventEnvelope,
  formatPosition,
  HistoryCommand,
  type HistoryPage,
  type Position,
  ProtocolError,
  parsePosition,
  parseRoom,
  type RoomName,
} from "@roomcast/events";
import type { Command } from "./command.ts";
import { checkReads } from "./output-overflow.ts";
import { parseCommand } from "./parse-command.ts";

const defaultLimit = 100;
const maxPageBytes = 1_048_576;

type ReadableLog = Pick<EventLog, "history" | "head">;

/**
 * `history {room, since?, limit?}`: one page of a room's history, at most about 1 MiB, for sessions that may
 * enter the room.
 */
export function historyCommand(log: ReadableLog, access: RoomAccess): Command {
  return async (session, input): Promise<HistoryPage> => {
    const { room: name, since, limit } = parseCommand(HistoryCommand, input);
    const room = parseRoom(name);
    // Null counts as absent, as in every optional field.
    const from = since == null ? undefined : parsePosition(since);
    const checkAccess = async () => {
      if (await access.mayEnter(session.principal, room)) return;
      throw new ProtocolError("forbidden", "you may not enter this room");
    };
    // One page at a time, and none before the client has read the last: pages take the most memory.
    return session.inTurn(async () => {
      await checkAccess();
      checkReads(session);
      const page = await readPage(log, room.name, from, limit ?? defaultLimit);
      // Access may have been revoked while the command waited for its turn and read.
      await checkAccess();
      return page;
    });
  };
}

async function readPage(
  log: ReadableLog,
  room: RoomName,
  from: Position | undefined,
  limit: number,
): Promise<HistoryPage> {
  const head = await log.head();
  const epoch = currentEpoch(head);
  if (from !== undefined && validatePosition(from, head) !== undefined) {
    const position = formatPosition({ epoch, offset: head.offset });
    return { room, events: [], position, more: false, complete: false };
  }
  const after = from && Math.min(from.offset, from.replay?.at ?? from.offset);
  const slice = await log.history(room, after === undefined ? { limit } : { after, limit });
  // `head` judged where `since` lies. In a later epoch it may lie elsewhere.
  if (slice.entries.some((entry) => isBeyond(entry, head)))
    throw new ProtocolError("unavailable", "the log began a new epoch while it was being read");
  const { entries, more, complete } = after === undefined ? newest(slice) : oldest(slice);
  const offset = entries.at(-1)?.offset ?? after ?? head.offset;
  return { room, events: entries.map(toEvent), position: formatPosition({ epoch, offset }), more, complete };
}

/** As many of the first entries as fit a page; the next page has the others. */
function oldest({ entries, more, complete }: HistorySlice): HistorySlice {
  const count = countFitting(entries);
  return { entries: entries.slice(0, count), more: more || count < entries.length, complete };
}

/** As many of the last entries as fit a page. */
function newest({ entries, more, complete }: HistorySlice): HistorySlice {
  const count = countFitting(entries.toReversed());
  const fitting = entries.slice(entries.length - count);
  return { entries: fitting, more, complete: complete && count === entries.length };
}

/** How many of the entries fit a page; at least one. */
function countFitting(entries: readonly LogEntry[]): number {
  let bytes = 0;
  const over = entries.findIndex(({ json }) => {
    bytes += json.length;
    return bytes > maxPageBytes;
  });
  return over === -1 ? entries.length : Math.max(over, 1);
}

function toEvent(entry: LogEntry): HistoryPage["events"][number] {
  return { event: JSON.parse(entry.json) as EventEnvelope, position: formatPosition(entry) };
}
