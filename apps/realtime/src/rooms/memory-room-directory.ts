import type { RoomName } from "@roomcast/events";
import type { RoomDirectory, RoomMember } from "./room-directory.ts";

/** The directory of a process that has no others beside it. */
export class MemoryRoomDirectory implements RoomDirectory {
  readonly #rooms = new Map<RoomName, Map<string, RoomMember>>();
  readonly #replicaId: string;

  constructor(replicaId: string) {
    this.#replicaId = replicaId;
  }

  enter(room: RoomName, { sessionId, userId }: Omit<RoomMember, "replicaId">): void {
    const members = this.#rooms.get(room) ?? new Map<string, RoomMember>();
    this.#rooms.set(room, members.set(sessionId, { sessionId, userId, replicaId: this.#replicaId }));
  }

  leave(room: RoomName, sessionId: string): void {
    const members = this.#rooms.get(room);
    members?.delete(sessionId);
    if (members?.size === 0) this.#rooms.delete(room);
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    return [...(this.#rooms.get(room)?.values() ?? [])];
  }

  async close(): Promise<void> {
    this.#rooms.clear();
  }
}
