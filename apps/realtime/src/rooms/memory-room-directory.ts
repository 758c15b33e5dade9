import type { RoomName } from "@roomcast/events";
import type { RoomDirectory, RoomMember } from "./room-directory.ts";

/** The directory of a process that has no others beside it. */
export class MemoryRoomDirectory implements RoomDirectory {
  /** Users by session, by room. */
  readonly #rooms = new Map<RoomName, Map<string, string>>();
  readonly #replicaId: string;

  constructor(replicaId: string) {
    this.#replicaId = replicaId;
  }

  enter(room: RoomName, sessionId: string, userId: string): void {
    const members = this.#rooms.get(room) ?? new Map<string, string>();
    this.#rooms.set(room, members.set(sessionId, userId));
  }

  leave(room: RoomName, sessionId: string): void {
    const members = this.#rooms.get(room);
    members?.delete(sessionId);
    if (members?.size === 0) this.#rooms.delete(room);
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    const members = [...(this.#rooms.get(room) ?? [])];
    return members.map(([sessionId, userId]) => ({ sessionId, userId, replicaId: this.#replicaId }));
  }

  async close(): Promise<void> {
    this.#rooms.clear();
  }
}
