export { type AuthorizerConfig, AuthorizerRoomAccess } from "./authorizer-room-access.ts";
export { ClaimsRoomAccess } from "./claims-room-access.ts";
export { clockToleranceMs, hasExpired } from "./clock.ts";
export { createRoomAccess } from "./create-room-access.ts";
export { createTokenVerifier } from "./create-token-verifier.ts";
export { eachAtMost } from "./each-at-most.ts";
export { type ApiKey, createApiKeyVerifier, parseApiKeys } from "./http-credentials.ts";
export { adminScope, type Principal } from "./principal.ts";
export { readAuthorizerUrl } from "./read-authorizer-url.ts";
export { readRevocationTtl } from "./read-revocation-ttl.ts";
export { readTokenRules } from "./read-token-rules.ts";
export { MemoryRevocationStore } from "./revocation/memory-revocation-store.ts";
export { RedisRevocationStore } from "./revocation/redis-revocation-store.ts";
export { createRevocableVerifier } from "./revocation/revocable-verifier.ts";
export {
  isRevoked,
  parseRevocation,
  type Revocation,
  revokedRoom,
  revokedRooms,
  revokesToken,
  type UserRevocations,
} from "./revocation/revocation.ts";
export type { RevocationStore } from "./revocation/revocation-store.ts";
export { type ControlLog, Revoker, revokeControl } from "./revocation/revoker.ts";
export type { RoomAccess } from "./room-access.ts";
export { formatRoomPattern, matchesRoom, parseRoomPattern, type RoomPattern } from "./room-pattern.ts";
export { signToken, type TokenClaims } from "./sign-token.ts";
export { bearerOf, findToken, type TokenCarrier } from "./token-sources.ts";
export type {
  JwksConfig,
  PublicKeyConfig,
  SecretConfig,
  TokenVerifier,
  TokenVerifierConfig,
} from "./token-verifier.ts";
