import type { Revocation, UserRevocations } from "./revocation.ts";

/** Remembers what was taken back, for tokens that are presented later. Rejects with `ProtocolError("unavailable")`. */
export interface RevocationStore {
  add(revocation: Revocation): Promise<void>;
  of(userId: string): Promise<UserRevocations>;
}
