import type { RedisClient } from "@roomcast/service";
import type { LogEntry } from "../event-log.ts";
import { decodeEntry } from "./entry-codec.ts";
import type { LogKeys } from "./keys.ts";

/** One page of the log. */
export interface LogPage {
  /** In order, without entries that cannot be read. */
  entries: LogEntry[];
  /** Offsets of the page's first and last entry, readable or not; undefined for an empty page. */
  first: number | undefined;
  last: number | undefined;
  /** How many entries cannot be read. */
  corrupt: number;
}

/** Reads up to `limit` entries after the offset `after`. */
export async function readLog(
  client: RedisClient,
  keys: LogKeys,
  after: number,
  limit: number,
): Promise<LogPage> {
  const found = (await client.xRange(keys.log, `(${after}-0`, "+", { COUNT: limit })) ?? [];
  const entries = found
    .map(({ message }) => decodeEntry(message.e ?? ""))
    .filter((entry) => entry !== undefined);
  const offsetOf = (item: { id: string } | undefined) =>
    item === undefined ? undefined : Number.parseInt(item.id, 10);
  return {
    entries,
    first: offsetOf(found[0]),
    last: offsetOf(found.at(-1)),
    corrupt: found.length - entries.length,
  };
}
