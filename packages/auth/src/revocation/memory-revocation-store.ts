import type { RoomName } from "@roomcast/events";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import type { Revocation, UserRevocations } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

interface Kept {
  everythingUntilMs?: number;
  tokenIds: Set<string>;
  roomsUntilMs: Map<RoomName, number>;
}

/** Revocations in the memory of one process. */
export class MemoryRevocationStore implements RevocationStore {
  readonly #users: LRUCache<string, Kept>;

  /** `ttlMs`: at least as long as the longest token lives. */
  constructor({ ttlMs }: { ttlMs: number }) {
    this.#users = new LRUCache({ ...lruBound(100_000), ttl: ttlMs });
  }

  async add({ userId, tokenId, room, atMs }: Revocation): Promise<void> {
    const kept: Kept = this.#users.get(userId) ?? { tokenIds: new Set(), roomsUntilMs: new Map() };
    if (tokenId !== undefined) kept.tokenIds.add(tokenId);
    else if (room !== undefined)
      kept.roomsUntilMs.set(room, Math.max(atMs, kept.roomsUntilMs.get(room) ?? 0));
    else kept.everythingUntilMs = Math.max(atMs, kept.everythingUntilMs ?? 0);
    this.#users.set(userId, kept);
  }

  async of(userId: string): Promise<UserRevocations> {
    return this.#users.get(userId) ?? { tokenIds: new Set(), roomsUntilMs: new Map() };
  }

  async ofMany(userIds: readonly string[]): Promise<Map<string, UserRevocations>> {
    return new Map(
      await Promise.all(userIds.map(async (userId) => [userId, await this.of(userId)] as const)),
    );
  }
}
