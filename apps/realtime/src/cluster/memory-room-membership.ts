import type { RoomName } from "@roomcast/events";
import type { LocalMembers, RoomMember, RoomMembership } from "../subscriptions/room-membership.ts";

/** The room membership of a process without other replicas. */
export class MemoryRoomMembership implements RoomMembership {
  readonly #replicaId: string;
  #local: LocalMembers | undefined;

  constructor(replicaId: string) {
    this.#replicaId = replicaId;
  }

  follow(local: LocalMembers): void {
    this.#local = local;
  }

  join(): void {
    // `members` looks everything up.
  }

  leave(): void {
    // `members` looks everything up.
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    const sessions = [...(this.#local?.sessions(room) ?? [])];
    return sessions.map(({ id: sessionId, userId }) => ({ sessionId, userId, replicaId: this.#replicaId }));
  }

  async close(): Promise<void> {
    // It holds nothing.
  }
}
