import { parseHttpUrl } from "./http-json.ts";
import { JwksKeySource } from "./jwks-key-source.ts";
import { JwtTokenVerifier } from "./jwt-token-verifier.ts";
import type { TokenVerifier, TokenVerifierConfig } from "./token-verifier.ts";
import { type KeySource, pemVerificationKey, secretKey, type VerificationKey } from "./verification-key.ts";

const defaultToleranceMs = 5_000;
const maxToleranceMs = 30_000;
const defaultJwksTimeoutMs = 3_000;

/** A verifier for tokens of one issuer; a plain `Error` if the configuration is unsafe or malformed. */
export function createTokenVerifier(config: TokenVerifierConfig): TokenVerifier {
  const { issuer, audience, clockToleranceMs = defaultToleranceMs, now = Date.now } = config;
  // jsonwebtoken takes an empty string for "do not check".
  if (issuer === "" || audience === "") throw new Error("issuer and audience must not be empty");
  if (!(clockToleranceMs >= 0 && clockToleranceMs <= maxToleranceMs)) {
    throw new Error(`clockToleranceMs must be 0 to ${maxToleranceMs}`);
  }
  const rules = { issuer, audience, clockTolerance: clockToleranceMs / 1_000 };
  return new JwtTokenVerifier(keySourceOf(config), rules, now);
}

function keySourceOf(config: TokenVerifierConfig): KeySource {
  if (config.secret !== undefined) return only({ key: secretKey(config.secret), algorithms: ["HS256"] });
  if (config.publicKeyPem !== undefined) return only(pemVerificationKey(config.publicKeyPem));
  const { jwksUrl, jwksTimeoutMs = defaultJwksTimeoutMs } = config;
  // A monotonic clock, so that a wall clock set back does not keep an old key set alive.
  return new JwksKeySource(parseHttpUrl(jwksUrl), jwksTimeoutMs, config.now ?? (() => performance.now()));
}

function only(key: VerificationKey): KeySource {
  return { keyFor: () => key };
}
