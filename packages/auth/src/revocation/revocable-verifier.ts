import { ProtocolError } from "@roomcast/events";
import type { TokenVerifier } from "../token-verifier.ts";
import { isRevoked, revokedRooms } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** Also refuses revoked tokens (`revoked`), and adds the revoked rooms to the principal. */
export function createRevocableVerifier(
  verifier: TokenVerifier,
  store: Pick<RevocationStore, "of">,
): TokenVerifier {
  return {
    async verify(token) {
      const principal = await verifier.verify(token);
      const revocations = await store.of(principal.userId);
      if (isRevoked(principal, revocations)) throw new ProtocolError("revoked", "the token was revoked");
      const lostRooms = revokedRooms(principal, revocations);
      return lostRooms.size === 0 ? principal : { ...principal, lostRooms };
    },
  };
}
