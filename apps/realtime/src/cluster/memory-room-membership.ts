import type { RoomName } from "@roomcast/events";
import type { LocalMembers, RoomMember, RoomMembership } from "../subscriptions/room-membership.ts";

/** The directory of a process that has no others beside it. */
export class MemoryRoomMembership implements RoomMembership {
  readonly #replicaId: string;
  #local: LocalMembers | undefined;

  constructor(replicaId: string) {
    this.#replicaId = replicaId;
  }

  follow(local: LocalMembers): void {
    this.#local = local;
  }

  enter(): void {
    // All there is to know is looked up.
  }

  leave(): void {
    // As above.
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    const sessions = [...(this.#local?.sessions(room) ?? [])];
    return sessions.map(({ id: sessionId, userId }) => ({ sessionId, userId, replicaId: this.#replicaId }));
  }

  async close(): Promise<void> {
    // Nothing is kept.
  }
}
