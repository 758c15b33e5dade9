import { ProtocolError } from "@roomcast/events";
import jwt, { type VerifyOptions } from "jsonwebtoken";
import { parseClaims } from "./claims.ts";
import { clockToleranceMs, isIssuedAhead } from "./clock.ts";
import type { Principal } from "./principal.ts";
import { asToken, readTokenHeader } from "./token-header.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import type { KeySource, VerificationKey } from "./verification-key.ts";

/** Verifies JWTs with the keys of one key source. */
export class JwtTokenVerifier implements TokenVerifier {
  readonly #keys: KeySource;
  readonly #rules: VerifyOptions;
  readonly #now: () => number;

  constructor(keys: KeySource, rules: VerifyOptions, now: () => number) {
    this.#keys = keys;
    this.#rules = rules;
    this.#now = now;
  }

  async verify(token: unknown): Promise<Principal> {
    const text = asToken(token);
    const key = await this.#keys.keyFor(readTokenHeader(text));
    const principal = parseClaims(this.#payloadOf(text, key));
    if (isIssuedAhead(principal, this.#now())) throw issuedAhead(principal);
    return principal;
  }

  #payloadOf(token: string, { key, algorithms }: VerificationKey, ignoreNotBefore = false): unknown {
    try {
      const clock = { clockTimestamp: this.#now() / 1_000, clockTolerance: clockToleranceMs / 1_000 };
      const options = { ...this.#rules, ...clock, algorithms: [...algorithms], ignoreNotBefore };
      return jwt.verify(token, key, options);
    } catch (error) {
      // Null means absent, but the library treats it as a malformed time.
      if (malformedTime(error) === "nbf" && !ignoreNotBefore && hasNullStart(token)) {
        return this.#payloadOf(token, { key, algorithms }, true);
      }
      throw asRefusal(error);
    }
  }
}

function hasNullStart(token: string): boolean {
  const payload = jwt.decode(token);
  return typeof payload === "object" && payload !== null && payload.nbf === (null as unknown);
}

/** Returns the time claim that the library calls malformed, else undefined. */
function malformedTime(error: unknown): string | undefined {
  return error instanceof Error ? /^invalid (exp|nbf) value$/.exec(error.message)?.[1] : undefined;
}

function asRefusal(cause: unknown): ProtocolError {
  const malformed = malformedTime(cause);
  if (malformed !== undefined) {
    const message = `the token's \`${malformed}\` must be a number of seconds since 1970`;
    return new ProtocolError("unauthorized", message, { cause });
  }
  if (cause instanceof jwt.TokenExpiredError) {
    return new ProtocolError("token_expired", "the token has expired", { cause });
  }
  const isEarly = cause instanceof jwt.NotBeforeError;
  const message = isEarly
    ? "the token's `nbf` is in the future: it is not valid yet"
    : "the token does not verify";
  return new ProtocolError("unauthorized", message, { cause });
}

function issuedAhead({ issuedAtMs = 0 }: Principal): ProtocolError {
  const message = `the token's \`iat\` (${new Date(issuedAtMs).toISOString()}) is in the future: correct the issuer's clock`;
  return new ProtocolError("unauthorized", message);
}
