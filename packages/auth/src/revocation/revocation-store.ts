import type { Revocation, UserRevocations } from "./revocation.ts";

/** Remembers what was taken back, for tokens that are presented later. */
export interface RevocationStore {
  /**
   * Resolves once it is remembered, by a replica too where one is connected. Rejects with `unavailable` if nothing was
   * written, with `timeout` if that is unknown, with `not_replicated` if no replica confirmed it in time.
   */
  add(revocation: Revocation): Promise<void>;

  /** What was taken back from a user; rejects with `unavailable`. */
  of(userId: string): Promise<UserRevocations>;
  /** The same for many users at once; those from whom nothing was taken back may be absent. */
  ofMany(userIds: readonly string[]): Promise<Map<string, UserRevocations>>;
}
