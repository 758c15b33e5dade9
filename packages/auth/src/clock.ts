import type { Principal } from "./principal.ts";

/**
 * How far the clocks of the tokens' issuer, the API and the realtime processes may be apart. Every comparison of a time
 * in a token with a clock, or of times taken from two clocks, is in this file and allows for it.
 */
export const clockToleranceMs = 5_000;

type Times = Pick<Principal, "issuedAtMs" | "expiresAtMs">;

/** Whether the token is no longer good, for a handshake, a request or a connection that stands; `nowMs` since 1970. */
export function hasExpired({ expiresAtMs }: Pick<Times, "expiresAtMs">, nowMs: number): boolean {
  return nowMs >= expiresAtMs + clockToleranceMs;
}

/** Whether `iat` lies so far ahead that no clock within the tolerance can have written it. */
export function isIssuedAhead({ issuedAtMs = 0 }: Pick<Times, "issuedAtMs">, nowMs: number): boolean {
  return issuedAtMs > nowMs + clockToleranceMs;
}

/**
 * Whether the token may have been issued by `atMs`, a time of another clock. In doubt it was: `iat` may be missing, has
 * whole seconds, and its clock may be ahead. So a token that is issued within the tolerance after a revocation is
 * revoked too.
 */
export function mayBeIssuedBy({ issuedAtMs = 0 }: Pick<Times, "issuedAtMs">, atMs: number): boolean {
  return issuedAtMs <= atMs + clockToleranceMs;
}
