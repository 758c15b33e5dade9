import type { Envelope } from "./envelope.ts";
import type { ErrorBody } from "./errors.ts";
import type { Filters } from "./filters.ts";
import type { RoomName } from "./rooms.ts";

/** A client's request for one room in a `subscribe` command. */
export interface SubscribeInput {
  room: RoomName | (string & {});
  since?: string;
  filters?: Filters;
}

/** The result of `subscribe` for one room. */
export interface Subscribed {
  room: RoomName;
  /** The room's events after this position are delivered live. */
  position: string;
  /** How many missed events were sent before the answer. */
  replayed: number;
}

/** The result of `history`. */
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
