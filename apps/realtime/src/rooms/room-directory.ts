import type { RoomName } from "@roomcast/events";

/** Someone who is in a room, on whichever replica. */
export interface RoomMember {
  sessionId: string;
  userId: string;
  replicaId: string;
}

/** Who is in which room across all replicas; a room nobody is in leaves nothing behind. */
export interface RoomDirectory {
  enter(room: RoomName, sessionId: string, userId: string): void;
  leave(room: RoomName, sessionId: string): void;
  members(room: RoomName): Promise<RoomMember[]>;
  close(): Promise<void>;
}
