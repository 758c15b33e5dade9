import { type HistoryBounds, type RoomKind, type RoomName, roomKindOf } from "@roomcast/events";
import type { RedisClient } from "@roomcast/service";
import type { HistoryRange } from "../event-log.ts";
import { decodeEntry } from "./entry-codec.ts";
import { type HistoryItem, sliceAfter, sliceNewest, spanOf } from "./history-slices.ts";
import { headSlackMs, type LogKeys } from "./keys.ts";
import { readProofs } from "./proofs.ts";
import type { SliceOf } from "./single-flight-reads.ts";

/** Reads rooms' histories for one or several ranges at once, and whether they are complete. */
export class HistoryReader {
  readonly #keys: LogKeys;
  readonly #bounds: Record<RoomKind, HistoryBounds>;

  constructor(keys: LogKeys, bounds: Record<RoomKind, HistoryBounds>) {
    this.#keys = keys;
    this.#bounds = bounds;
  }

  /** Reads ranges that have an `after`, from the lowest one on. */
  async after(client: RedisClient, room: RoomName, ranges: HistoryRange[]): Promise<SliceOf> {
    const { after, count } = spanOf(ranges);
    // Read the head first. An entry that is appended between the two reads is then never in the head alone.
    const [head, found] = await Promise.all([
      client.get(this.#keys.roomHead(room)),
      client.xRange(this.#keys.history(room), `(${after}-0`, "+", { COUNT: count }),
    ]);
    const items = (found ?? []).map(toItem);
    const quietSince = await this.#quietSince(client, room, head);
    return (range) => sliceAfter({ items, reachesEnd: items.length < count, quietSince }, range);
  }

  /** Reads ranges that have no `after`. */
  async newest(client: RedisClient, room: RoomName, ranges: HistoryRange[]): Promise<SliceOf> {
    const count = ranges.reduce((most, { limit }) => Math.max(most, limit), 0);
    const found = await client.xRevRange(this.#keys.history(room), "+", "-", { COUNT: count });
    const items = (found ?? []).map(toItem);
    if (items[0]?.entry !== undefined) return (range) => sliceNewest({ items, quietSince: undefined }, range);
    const quietSince = await this.#quietSince(client, room, await client.get(this.#keys.roomHead(room)));
    return (range) => sliceNewest({ items, quietSince }, range);
  }

  /**
   * Returns an offset after which the room had no event. It is the head's offset; without a head, one as old
   * as a head can be.
   */
  async #quietSince(client: RedisClient, room: RoomName, head: string | null): Promise<number> {
    if (head !== null) return Number(head.split(" ")[0]);
    const [seconds, micros] = await client.sendCommand<[string, string]>(["TIME"]);
    const now = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    const { offset, proofs } = await readProofs(client, this.#keys, this.#bounds, roomKindOf(room));
    const quiet = proofs.map(async ({ ageMs, from }) => {
      const range = { BY: "SCORE", LIMIT: { offset: 0, count: 1 } } as const;
      const [young] = await client.zRange(this.#keys.minuteIndex, now - ageMs - headSlackMs, "+inf", range);
      return Math.max(young === undefined ? offset : Number(young) - 1, from - 1);
    });
    return Math.min(...(await Promise.all(quiet)));
  }
}

function toItem({ id, message }: { id: string; message: Record<string, string> }): HistoryItem {
  return { offset: Number.parseInt(id, 10), prev: Number(message.p), entry: decodeEntry(message.e ?? "") };
}
