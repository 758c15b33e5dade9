import type { Revocation, UserRevocations } from "./revocation.ts";

/** Stores revocations for tokens that are presented later. */
export interface RevocationStore {
  /**
   * Resolves once the revocation is stored, also by a Redis replica if one is connected. Rejects with
   * `unavailable` if nothing was written, `timeout` if that is unknown, `not_replicated` if no replica
   * confirmed it in time.
   */
  add(revocation: Revocation): Promise<void>;

  /** Returns a user's revocations. Rejects with `unavailable`. */
  of(userId: string): Promise<UserRevocations>;
  /** Returns the revocations of many users. Users without revocations may be absent. */
  ofMany(userIds: readonly string[]): Promise<Map<string, UserRevocations>>;
}
