import type { EventLog, LogEntry } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import type { FinalEntry, FinalLog } from "@roomcast/testkit";

const pageSize = 1_000;

/** Reads the log at the end of a run. */
export async function readFinalLog(
  log: Pick<EventLog, "head" | "history">,
  rooms: readonly RoomName[],
): Promise<FinalLog> {
  const { epochs } = await log.head();
  const histories = await Promise.all(rooms.map(async (room) => [room, await readRoom(log, room)] as const));
  return { epochs, rooms: new Map(histories) };
}

async function readRoom(
  log: Pick<EventLog, "history">,
  room: RoomName,
): Promise<{ after: number; entries: FinalEntry[] }> {
  const entries: FinalEntry[] = [];
  let after = 0;
  let isWhole = true;
  for (let position = 0, more = true; more; ) {
    const page = await log.history(room, { after: position, limit: pageSize });
    if (position === 0) isWhole = page.complete;
    else if (!page.complete) throw new Error(`the history of ${room} changed while it was read`);
    entries.push(...page.entries.map(toEntry));
    position = page.entries.at(-1)?.offset ?? 0;
    more = page.more;
  }
  // A trimmed history is complete from its first entry on. A history that is gone proves nothing.
  if (!isWhole) after = entries[0] === undefined ? Number.POSITIVE_INFINITY : entries[0].offset - 1;
  return { after, entries };
}

function toEntry({ offset, json }: LogEntry): FinalEntry {
  const { id, data } = JSON.parse(json) as { id: string; data: { changes: { key: string } } };
  return { id, key: data.changes.key, offset };
}
