import { type HistoryBounds, type RoomKind, roomKinds } from "@roomcast/events";
import type { EnvReader } from "@roomcast/service";
import type { EventLogOptions } from "./event-log.ts";

/**
 * Reads the bounds of the log and of the room histories.
 * Every process that appends must have the same values.
 */
export function readLogOptions(read: EnvReader): Required<EventLogOptions> {
  return {
    maxEntries: read.integer("LOG_MAX_ENTRIES", {
      default: 100_000,
      min: 100,
      description: "Entries the log keeps for replicas that fell behind.",
    }),
    idempotencyTtlMs: read.seconds("IDEMPOTENCY_TTL", {
      default: 86_400,
      min: 1,
      description: "How long an idempotency key is remembered.",
    }),
    history: readHistory(read),
  };
}

function readHistory(read: EnvReader): Record<RoomKind, HistoryBounds> {
  const kinds = Object.keys(roomKinds) as RoomKind[];
  const bounds = kinds.map((kind) => {
    const { maxEvents, maxAgeMs } = roomKinds[kind].history;
    const name = `HISTORY_${kind.toUpperCase()}`;
    return [
      kind,
      {
        maxEvents: read.integer(`${name}_EVENTS`, {
          default: maxEvents,
          min: 1,
          description: `Events kept for each \`${kind}\` room.`,
        }),
        maxAgeMs: read.seconds(`${name}_AGE`, {
          default: maxAgeMs / 1_000,
          min: 1,
          description: `How long the events of a \`${kind}\` room are kept.`,
        }),
      },
    ] as const;
  });
  return Object.fromEntries(bounds) as Record<RoomKind, HistoryBounds>;
}
