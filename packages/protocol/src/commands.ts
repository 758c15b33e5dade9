import type { Envelope } from "./envelope.ts";
import type { ErrorBody } from "./errors.ts";
import type { Filters } from "./filters.ts";
import type { RoomName } from "./rooms.ts";

/** One room of a `subscribe`. */
export interface SubscribeInput {
  room: RoomName | (string & {});
  since?: string;
  filters?: Filters;
}

/** What a `subscribe` answers for one room. */
export interface Subscribed {
  room: RoomName;
  /** From here on the room's events are delivered live. */
  position: string;
  /** How many events of the room's history were sent before the answer. */
  replayed: number;
}

/** What `history` answers. */
export interface HistoryPage<Event extends Envelope = Envelope> {
  room: RoomName;
  events: { event: Event; position: string }[];
  /** Pass it as `since` to read on. */
  position: string;
  /** Whether more events follow `position`. */
  more: boolean;
  /** Whether nothing between `since` and the first event is missing; false without `since` when older events are gone. */
  complete: boolean;
}

/** The answer to every command. */
export type Ack<Data> = { ok: true; data: Data } | { ok: false; error: ErrorBody };
