import { randomUUID } from "node:crypto";
import jwt from "jsonwebtoken";
import { secretKey } from "./verification-key.ts";

/** The claims of a token to sign. */
export interface TokenClaims {
  userId: string;
  /** Patterns such as `project:*` or `agent:7`. */
  rooms?: readonly string[];
  /** Words separated by spaces. */
  scope?: string;
  /** Default 3,600. A negative number makes an expired token. */
  expiresInSeconds?: number;
  issuer?: string;
  audience?: string;
}

/** Signs a token with HS256 and a new `jti`, for demos and tests. `secret` needs at least 32 bytes. */
export function signToken(claims: TokenClaims, secret: string): string {
  const { userId, rooms, scope, expiresInSeconds = 3_600, issuer, audience } = claims;
  const iat = Math.floor(Date.now() / 1_000);
  const exp = iat + expiresInSeconds;
  const payload = { sub: userId, rooms, scope, iss: issuer, aud: audience, iat, exp, jti: randomUUID() };
  return jwt.sign(payload, secretKey(secret), { algorithm: "HS256" });
}
