import type { EventData, EventType } from "./catalogue.ts";
import type { RoomName } from "./rooms.ts";

/** The envelope of an event: the first argument of every event that a client receives. */
export interface Envelope<Type extends string, Data> {
  /** Unique and ordered by time (UUID v7). The same on every redelivery. */
  id: string;
  type: Type;
  /** The event's primary room. Clients do not learn about its other rooms. */
  room: RoomName;
  /** When it was published, ISO 8601 in UTC. */
  timestamp: string;
  /** The publisher's id for the request or trace that caused the event, or null. */
  correlationId: string | null;
  data: Data;
}

/** The envelope of a catalogue event. */
export type EventEnvelope<T extends EventType = EventType> = { [K in T]: Envelope<K, EventData<K>> }[T];
