import type { Ack, HistoryPage, Subscribed, SubscribeInput } from "./commands.ts";
import type { Envelope } from "./envelope.ts";
import type { ErrorBody } from "./errors.ts";
import type { RoomName } from "./rooms.ts";

/** Data of `connection.established`. */
export interface ConnectionEstablished {
  sessionId: string;
  userId: string;
  /** Whether the connection continues an earlier session. */
  recovered: boolean;
  /** The rooms to which the connection is subscribed, including automatic ones. */
  rooms: RoomName[];
}

/** Why a room's continuity could not be proven. */
export type ResetReason = "trimmed" | "epoch" | "diverged" | "access";

/** Data of `room.reset`: fetch the room's state again from the application's API. Live events continue. */
export interface RoomReset {
  room: RoomName;
  reason: ResetReason;
  /** The position from which live delivery continues. */
  position: string;
}

/** Events that the server sends by itself, besides the catalogue. */
export interface ServerEventData {
  "connection.established": ConnectionEstablished;
  "connection.error": ErrorBody;
  "room.reset": RoomReset;
  "position.advanced": Record<string, never>;
  "server.draining": { reconnectInMs: number };
}

export type ServerEventType = keyof ServerEventData;

/** The events of a catalogue as socket.io-client names them; `Event` is the union of their envelopes. */
type CatalogueEvents<Event extends Envelope> = {
  [Type in Event["type"]]: (event: Extract<Event, { type: Type }>, position: string) => void;
};
type ServerEvents = {
  [T in ServerEventType]: (event: Envelope<T, ServerEventData[T]>, position: string) => void;
};

/** The server also sends `connection.established` as `connection_established`, with the same envelope. */
interface EventAliases {
  connection_established: ServerEvents["connection.established"];
}

/** What the server emits; `Event` is the union of the catalogue's envelopes. */
export type ServerToClientEvents<Event extends Envelope> = CatalogueEvents<Event> &
  ServerEvents &
  EventAliases;

/** The commands that a client may emit. Each is acknowledged through its callback. */
export interface ClientToServerEvents<Event extends Envelope = Envelope> {
  subscribe(input: SubscribeInput, ack?: (answer: Ack<Subscribed>) => void): void;
  subscribe(input: SubscribeInput[], ack?: (answer: Ack<Ack<Subscribed>[]>) => void): void;
  unsubscribe(input: { room: string }, ack?: (answer: Ack<{ room: RoomName }>) => void): void;
  ping(ack?: (answer: Ack<{ serverTime: string }>) => void): void;
  history(
    input: { room: string; since?: string; limit?: number },
    ack?: (answer: Ack<HistoryPage<Event>>) => void,
  ): void;
}

/** The namespaces to which a client may connect. Both behave the same. */
export const namespaces = ["/", "/ws"] as const;
