import type { Ack, HistoryPage, Subscribed, SubscribeInput } from "./commands.ts";
import type { Envelope } from "./envelope.ts";
import type { ErrorBody } from "./errors.ts";
import type { RoomName } from "./rooms.ts";

/** Data of `connection.established`. */
export interface ConnectionEstablished {
  sessionId: string;
  userId: string;
  /** Whether the connection went on where an earlier one broke off. */
  recovered: boolean;
  /** The rooms the connection is subscribed to, automatic ones included. */
  rooms: RoomName[];
}

/** Why continuity of a room could not be proven. */
export type ResetReason = "trimmed" | "epoch" | "diverged" | "access";

/** Data of `room.reset`: refetch the room's state from the application's API; live events go on from here. */
export interface RoomReset {
  room: RoomName;
  reason: ResetReason;
  /** Where live delivery goes on. */
  position: string;
}

/** Events the server sends of its own accord, beside the catalogue. */
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

/** `connection.established` also comes by the name `connection_established`, with the same envelope. */
interface EventAliases {
  connection_established: ServerEvents["connection.established"];
}

/** What the server emits; `Event` is the union of the catalogue's envelopes. */
export type ServerToClientEvents<Event extends Envelope> = CatalogueEvents<Event> &
  ServerEvents &
  EventAliases;

/** The commands a client may emit, each answered through its callback. */
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

/** The namespaces a client may connect to; both behave the same. */
export const namespaces = ["/", "/ws"] as const;
