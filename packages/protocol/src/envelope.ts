import type { RoomName } from "./rooms.ts";

/** What travels: the first argument of every event that a client receives. */
export interface Envelope<Type extends string = string, Data = object> {
  /** Unique and ordered by time (UUID v7); the same on every redelivery. */
  id: string;
  type: Type;
  /** The event's primary room; further rooms it went to are not disclosed. */
  room: RoomName;
  /** When it was published, ISO 8601 in UTC. */
  timestamp: string;
  /** The publisher's id for the request or trace that caused the event, or null. */
  correlationId: string | null;
  data: Data;
}
