import type { RoomName } from "@roomcast/events";
import type { EntryKind, LogEntry } from "../event-log.ts";

const kinds: Record<string, EntryKind> = { e: "event", c: "control", h: "heartbeat" };

/**
 * Encodes an entry as `<kind><t for transient> <type> <room,room> <json>`. The append script puts
 * `<offset> <epoch> <timeMs> ` before it.
 */
export function encodeEntry(entry: Pick<LogEntry, "kind" | "type" | "rooms" | "transient" | "json">): string {
  return `${entry.kind[0]}${entry.transient ? "t" : ""} ${entry.type} ${entry.rooms.join(",")} ${entry.json}`;
}

/** Decodes an entry's text. Returns undefined for text that this log did not write. */
export function decodeEntry(text: string): LogEntry | undefined {
  const ends: number[] = [];
  for (let from = 0; ends.length < 6; from = (ends.at(-1) as number) + 1) {
    const end = text.indexOf(" ", from);
    if (end === -1) return undefined;
    ends.push(end);
  }
  const [a, b, c, d, e, f] = ends as [number, number, number, number, number, number];
  const offset = Number(text.slice(0, a));
  const timeMs = Number(text.slice(b + 1, c));
  const kind = kinds[text[c + 1] as string];
  if (kind === undefined || !Number.isSafeInteger(offset) || offset < 1 || Number.isNaN(timeMs))
    return undefined;
  const rooms = e + 1 === f ? [] : (text.slice(e + 1, f).split(",") as RoomName[]);
  return {
    offset,
    epoch: text.slice(a + 1, b),
    timeMs,
    kind,
    type: text.slice(d + 1, e),
    rooms,
    transient: text[c + 2] === "t",
    json: text.slice(f + 1),
  };
}
