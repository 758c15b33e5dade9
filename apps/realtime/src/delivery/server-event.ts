import {
  formatPosition,
  type Position,
  type ResetReason,
  type RoomName,
  type ServerEventData,
  type ServerEventType,
} from "@roomcast/events";
import type { Socket } from "socket.io";
import { v7 as uuid } from "uuid";
import { withRandom } from "../socketio/random-pool.ts";

/**
 * Sends an event of the server itself. A stock client keeps any trailing string as the position to resume
 * from. So pass a position only when everything before it was written; without one the event ends with its
 * envelope.
 */
export function sendServerEvent<T extends ServerEventType>(
  socket: Socket,
  type: T,
  room: RoomName,
  data: ServerEventData[T],
  position?: Position,
): void {
  const envelope = serverEnvelope(type, room, data);
  if (position === undefined) socket.emit(type, envelope);
  else socket.emit(type, envelope, formatPosition(position));
}

/** The envelope of an event of the server itself. */
export function serverEnvelope<T extends ServerEventType>(type: T, room: RoomName, data: ServerEventData[T]) {
  const id = withRandom(16, (random) => uuid({ random }));
  return { id, type, room, timestamp: new Date().toISOString(), correlationId: null, data };
}

/** Tells a client to fetch a room's state again; live events continue from `position`. */
export function sendReset(socket: Socket, room: RoomName, reason: ResetReason, position: Position): void {
  sendServerEvent(socket, "room.reset", room, { room, reason, position: formatPosition(position) });
}
