import type { RoomName } from "@roomcast/events";

/** A session in a room, on any replica. */
export interface RoomMember {
  sessionId: string;
  userId: string;
  replicaId: string;
}

/** The room members on this replica. Only this replica keeps them. */
export interface LocalMembers {
  /** The rooms with a session on this replica. */
  rooms(): Iterable<RoomName>;
  sessions(room: RoomName): Iterable<{ id: string; userId: string }>;
}

/** The room members of all replicas. A room without members leaves nothing behind. */
export interface RoomMembership {
  /** Sets where this replica's members are looked up; to be called before anyone joins. */
  follow(local: LocalMembers): void;
  /** Adds a member on this replica. */
  join(room: RoomName, sessionId: string, userId: string): void;
  /** Removes a member on this replica. */
  leave(room: RoomName, sessionId: string): void;
  members(room: RoomName): Promise<RoomMember[]>;
  close(): Promise<void>;
}
