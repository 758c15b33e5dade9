import type * as protocol from "@roomcast/protocol";
import type { EventData, EventType } from "./catalogue.ts";

/** The envelope of a catalogue event. */
export type EventEnvelope<T extends EventType = EventType> = {
  [K in T]: protocol.Envelope<K, EventData<K>>;
}[T];

/** What `history` answers: catalogue events. */
export type HistoryPage = protocol.HistoryPage<EventEnvelope>;

/** For `Socket<ServerToClientEvents, ClientToServerEvents>` of socket.io-client. */
export type ServerToClientEvents = protocol.ServerToClientEvents<EventEnvelope>;

/** The commands that a client may emit; their answers carry catalogue events. */
export type ClientToServerEvents = protocol.ClientToServerEvents<EventEnvelope>;
