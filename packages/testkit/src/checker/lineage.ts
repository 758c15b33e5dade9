import { parsePosition } from "@roomcast/events";
import type { FinalLog } from "./history.ts";

/** A position in one epoch of the log. */
export interface Place {
  epoch: string;
  offset: number;
}

/** The event's own position, whichever position it was delivered with. */
export interface EventPlace extends Place {
  /** Whether it was delivered in a replay. Then the epoch is the log's at that time, not the event's. */
  isReplayed: boolean;
}

/** Returns the place of the event that was delivered with this position. */
export function placeOfEvent(position: string): EventPlace {
  const { epoch, offset, replay } = parsePosition(position);
  return { epoch, offset: replay?.at ?? offset, isReplayed: replay !== undefined };
}

/** Returns where delivery starts for a client that asks for the events after this position. */
export function placeAfter(position: string): Place {
  const { epoch, offset, replay } = parsePosition(position);
  return { epoch, offset: Math.min(offset, replay?.at ?? offset) };
}

/** Returns up to where a client has everything: in rooms being replayed, and in all others (`settled`). */
export function parsePlaces(position: string): { settled: Place; replayed: Place } {
  const { epoch, offset } = parsePosition(position);
  return { settled: { epoch, offset }, replayed: placeAfter(position) };
}

/** Says which places belong to the log at the end of the run. */
export class Lineage {
  readonly #ends = new Map<string, number>();

  constructor(epochs: FinalLog["epochs"]) {
    epochs.forEach(({ name }, index) => {
      this.#ends.set(name, epochs[index + 1]?.first ?? Number.POSITIVE_INFINITY);
    });
  }

  /** The offset up to which this place covers the log at the end; 0 if that log does not have its epoch. */
  reach({ epoch, offset }: Place): number {
    return Math.min(offset, (this.#ends.get(epoch) ?? 1) - 1);
  }

  /**
   * Whether the place was not rolled back.
   * An epoch shares the places before its first entry with earlier epochs.
   */
  has({ epoch, offset }: Place): boolean {
    const end = this.#ends.get(epoch);
    return end !== undefined && offset < end;
  }
}
