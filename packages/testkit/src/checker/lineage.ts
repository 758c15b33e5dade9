import { parsePosition } from "@roomcast/events";
import type { FinalLog } from "./history.ts";

/** A place in one life of the log. */
export interface Place {
  epoch: string;
  offset: number;
}

/** Where an event itself lies, whichever position it was delivered with. */
export interface EventPlace extends Place {
  /** Delivered as part of the past: the epoch is the log's at that time and not the event's. */
  isReplayed: boolean;
}

/** The place of the event that was delivered with this position. */
export function placeOfEvent(position: string): EventPlace {
  const { epoch, offset, replay } = parsePosition(position);
  return { epoch, offset: replay?.at ?? offset, isReplayed: replay !== undefined };
}

/** Where delivery starts for a client that asks for what came after this position. */
export function placeAfter(position: string): Place {
  const { epoch, offset, replay } = parsePosition(position);
  return { epoch, offset: Math.min(offset, replay?.at ?? offset) };
}

/** Up to where a client has everything: of rooms whose past is being sent (`replayed`), and of all others (`settled`). */
export function parsePlaces(position: string): { settled: Place; replayed: Place } {
  const { epoch, offset } = parsePosition(position);
  return { settled: { epoch, offset }, replayed: placeAfter(position) };
}

/** Which places belong to the log that was found at the end. */
export class Lineage {
  readonly #ends = new Map<string, number>();

  constructor(epochs: FinalLog["epochs"]) {
    epochs.forEach(({ name }, index) => {
      this.#ends.set(name, epochs[index + 1]?.first ?? Number.POSITIVE_INFINITY);
    });
  }

  /** The offset up to which this place covers the log that was found at the end; 0 if its epoch is not of that log. */
  reach({ epoch, offset }: Place): number {
    return Math.min(offset, (this.#ends.get(epoch) ?? 1) - 1);
  }

  /** Whether the place was not rolled back; places before an epoch's first entry are shared with the epochs before. */
  has({ epoch, offset }: Place): boolean {
    const end = this.#ends.get(epoch);
    return end !== undefined && offset < end;
  }
}
