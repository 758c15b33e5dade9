import type { RoomName } from "@roomcast/events";

/** Someone who is in a room, on whichever replica. */
export interface RoomMember {
  sessionId: string;
  userId: string;
  replicaId: string;
}

/** Who is in which room on this replica; nobody else keeps that. */
export interface LocalMembers {
  /** The rooms that someone is in. */
  rooms(): Iterable<RoomName>;
  sessions(room: RoomName): Iterable<{ id: string; userId: string }>;
}

/** Who is in which room across all replicas; a room nobody is in leaves nothing behind. */
export interface RoomMembership {
  /** Where to look up this replica's members; to be called before anyone enters. */
  follow(local: LocalMembers): void;
  /** Someone has entered on this replica. */
  enter(room: RoomName, sessionId: string, userId: string): void;
  /** Someone has left on this replica. */
  leave(room: RoomName, sessionId: string): void;
  members(room: RoomName): Promise<RoomMember[]>;
  close(): Promise<void>;
}
