import type { Principal } from "./principal.ts";

/** Turns a token into the principal it stands for. */
export interface TokenVerifier {
  /**
   * The principal of a valid token; takes whatever a client sent. Rejects with `ProtocolError`: `unauthorized`,
   * `token_expired`, or `unavailable` when the keys it takes to tell cannot be fetched now.
   */
  verify(token: unknown): Promise<Principal>;
}

interface TokenRules {
  /** The `iss` a token must have; unset, any. */
  issuer?: string;
  /** The `aud` a token must have or contain; unset, any. */
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

/** A public key or certificate in PEM, RSA of at least 2,048 bits or EC P-256, P-384 or P-521; it settles the algorithm. */
export interface PublicKeyConfig extends TokenRules {
  publicKeyPem: string;
  secret?: never;
  jwksUrl?: never;
}

/** The issuer's key set (RFC 7517), RS256 and ES256; a token must name its key by `kid`. */
export interface JwksConfig extends TokenRules {
  jwksUrl: string;
  /** How long one fetch of the key set may take. Default 3,000. */
  jwksTimeoutMs?: number;
  /** Resolves after some milliseconds. Default: by a timer. */
  sleep?: (ms: number) => Promise<void>;
  secret?: never;
  publicKeyPem?: never;
}

/** Where the key comes from (exactly one of three) and what a token must say. */
export type TokenVerifierConfig = SecretConfig | PublicKeyConfig | JwksConfig;
