import type { RoomAccess } from "@roomcast/auth";
import { breakOf, type EventLog, type LogEntry } from "@roomcast/event-log";
import {
  type EventEnvelope,
  formatPosition,
  HistoryCommand,
  type HistoryPage,
  type Position,
  ProtocolError,
  parseModel,
  parsePosition,
  parseRoom,
  type RoomName,
} from "@roomcast/events";
import type { Command } from "./command.ts";

const defaultLimit = 100;

/** `history {room, since?, limit?}`: one page of a room's past, for whoever may enter the room. */
export function historyCommand(log: Pick<EventLog, "history" | "head">, access: RoomAccess): Command {
  return async (session, input): Promise<HistoryPage> => {
    const { room: name, since, limit = defaultLimit } = parseModel(HistoryCommand, input, "invalid_command");
    const room = parseRoom(name);
    if (!(await access.mayEnter(session.principal, room))) {
      throw new ProtocolError("forbidden", "you may not enter this room");
    }
    const head = await log.head();
    const epoch = head.epochs.at(-1)?.name ?? "none";
    const from = since === undefined ? undefined : parsePosition(since);
    if (from !== undefined && breakOf(from, head) !== undefined) {
      return {
        room: room.name,
        events: [],
        position: formatPosition({ epoch, offset: head.offset }),
        more: false,
        complete: false,
      };
    }
    return page(log, room.name, from, limit, epoch);
  };
}

async function page(
  log: Pick<EventLog, "history">,
  room: RoomName,
  from: Position | undefined,
  limit: number,
  epoch: string,
): Promise<HistoryPage> {
  const after = from && Math.min(from.offset, from.replay?.at ?? from.offset);
  const slice = await log.history(room, after === undefined ? { limit } : { after, limit });
  const last = slice.entries.at(-1)?.offset ?? after ?? 0;
  return {
    room,
    events: slice.entries.map(toEvent),
    position: formatPosition({ epoch, offset: last }),
    more: slice.more,
    complete: slice.complete,
  };
}

function toEvent(entry: LogEntry): HistoryPage["events"][number] {
  return { event: JSON.parse(entry.json) as EventEnvelope, position: formatPosition(entry) };
}
