import type { RoomName } from "@roomcast/protocol";

/** One entry of the catalogue. */
export interface EventDefinition<Data extends object = object> {
  /** The class that describes and validates the event's data. */
  data: new () => Data;
  /** The event's rooms if the publisher names none. The first is its primary room. */
  rooms: (data: Data) => [RoomName, ...RoomName[]];
  /** A transient event is delivered only to connected clients and stored in no history. */
  transient?: true;
  /** One sentence for the documentation. */
  summary: string;
}

/** Types an entry of the catalogue by its data class. */
export function defineEvent<Data extends object>(definition: EventDefinition<Data>): EventDefinition<Data> {
  return definition;
}
