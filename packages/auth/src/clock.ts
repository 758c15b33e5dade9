import type { Principal } from "./principal.ts";

/**
 * How much the clocks of the tokens' issuer, the API and the realtime processes may differ. This file
 * contains every comparison of a token's time with a clock, or of times from two clocks, and each allows for
 * this tolerance.
 */
export const clockToleranceMs = 5_000;

type Times = Pick<Principal, "issuedAtMs" | "expiresAtMs">;

/** Whether the token has expired, for a handshake, a request or an open connection. `nowMs` is since 1970. */
export function hasExpired({ expiresAtMs }: Pick<Times, "expiresAtMs">, nowMs: number): boolean {
  return nowMs >= expiresAtMs + clockToleranceMs;
}

/** Whether `iat` is so far in the future that no clock within the tolerance can have written it. */
export function isIssuedAhead({ issuedAtMs = 0 }: Pick<Times, "issuedAtMs">, nowMs: number): boolean {
  return issuedAtMs > nowMs + clockToleranceMs;
}

/**
 * Whether the token may have been issued by `atMs`, a time of another clock. Returns true in doubt: `iat` may
 * be missing, has whole seconds, and its clock may be ahead. So a revocation also covers tokens issued within
 * the tolerance after it.
 */
export function mayBeIssuedBy({ issuedAtMs = 0 }: Pick<Times, "issuedAtMs">, atMs: number): boolean {
  return issuedAtMs <= atMs + clockToleranceMs;
}
