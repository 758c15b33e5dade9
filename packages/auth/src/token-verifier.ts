import type { Principal } from "./principal.ts";

/** Verifies a token and returns its principal. */
export interface TokenVerifier {
  /**
   * Returns the principal of a valid token. Accepts any input of a client. Rejects with `ProtocolError`:
   * `unauthorized`, `token_expired`, or `unavailable` if the keys cannot be fetched now.
   */
  verify(token: unknown): Promise<Principal>;
}

interface TokenRules {
  /** The `iss` that a token must have. Unset: any. */
  issuer?: string;
  /** The `aud` that a token must have or contain. Unset: any. */
  audience?: string;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

/** HS256 with a shared secret of at least 32 bytes. */
export interface SecretConfig extends TokenRules {
  secret: string;
  publicKeyPem?: never;
  jwksUrl?: never;
}

/**
 * A public key or certificate in PEM: RSA of at least 2,048 bits, or EC P-256, P-384 or P-521.
 * It fixes the algorithm.
 */
export interface PublicKeyConfig extends TokenRules {
  publicKeyPem: string;
  secret?: never;
  jwksUrl?: never;
}

/** The issuer's key set (RFC 7517) with RS256 and ES256. A token must name its key by `kid`. */
export interface JwksConfig extends TokenRules {
  jwksUrl: string;
  /** How long one fetch of the key set may take. Default 3,000. */
  jwksTimeoutMs?: number;
  /** Resolves after some milliseconds. Default: a timer. */
  sleep?: (ms: number) => Promise<void>;
  secret?: never;
  publicKeyPem?: never;
}

/** The source of the key (exactly one of three) and the required claims. */
export type TokenVerifierConfig = SecretConfig | PublicKeyConfig | JwksConfig;
