import { setTimeout } from "node:timers/promises";
import { parseHttpUrl } from "./http-json.ts";
import { JwksKeySource } from "./jwks-key-source.ts";
import { JwtTokenVerifier } from "./jwt-token-verifier.ts";
import type { TokenVerifier, TokenVerifierConfig } from "./token-verifier.ts";
import { type KeySource, pemVerificationKey, secretKey, type VerificationKey } from "./verification-key.ts";

const defaultJwksTimeoutMs = 3_000;

/**
 * Creates a verifier for one issuer's tokens.
 * Throws a plain `Error` for an unsafe or malformed configuration.
 */
export function createTokenVerifier(config: TokenVerifierConfig): TokenVerifier {
  const { issuer, audience, now = Date.now } = config;
  // jsonwebtoken treats an empty string as "do not check".
  if (issuer === "" || audience === "") throw new Error("issuer and audience must not be empty");
  return new JwtTokenVerifier(keySourceOf(config), { issuer, audience }, now);
}

function keySourceOf(config: TokenVerifierConfig): KeySource {
  if (config.secret !== undefined) return only({ key: secretKey(config.secret), algorithms: ["HS256"] });
  if (config.publicKeyPem !== undefined) return only(pemVerificationKey(config.publicKeyPem));
  const { jwksUrl, jwksTimeoutMs: timeoutMs = defaultJwksTimeoutMs, sleep = sleepUnref } = config;
  // A monotonic clock: a wall clock that is set back must not extend the life of an old key set.
  const now = config.now ?? (() => performance.now());
  return new JwksKeySource(parseHttpUrl(jwksUrl), { timeoutMs, now, sleep });
}

/** Does not keep the process alive. */
function sleepUnref(ms: number): Promise<void> {
  return setTimeout(ms, undefined, { ref: false });
}

function only(key: VerificationKey): KeySource {
  return { keyFor: () => key };
}
