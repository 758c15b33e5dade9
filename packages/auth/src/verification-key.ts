import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import type { Algorithm } from "jsonwebtoken";
import type { TokenHeader } from "./token-header.ts";

/** A key and the algorithms allowed with it. The token's header alone never chooses the algorithm. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly Algorithm[];
}

/** Finds the key that signed a token, or throws `ProtocolError` (`unauthorized`, `unavailable`). */
export interface KeySource {
  keyFor(header: TokenHeader): VerificationKey | Promise<VerificationKey>;
}

const minSecretBytes = 32;
const minRsaBits = 2_048;
const curveAlgorithms: Record<string, Algorithm> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

/** Returns the HMAC key of a shared secret. Throws a plain `Error` below 32 bytes (RFC 7518 §3.2). */
export function secretKey(secret: string): KeyObject {
  const bytes = Buffer.from(secret);
  if (bytes.length < minSecretBytes) {
    throw new Error(
      `a token secret must have at least ${minSecretBytes} bytes, this one has ${bytes.length}`,
    );
  }
  return createSecretKey(bytes);
}

/**
 * Returns the key of a public key PEM. Its type fixes the algorithms.
 * Throws a plain `Error` for any other PEM.
 */
export function pemVerificationKey(pem: string): VerificationKey {
  // createPublicKey would accept a private key and use its public half. A private key does not belong on this
  // server.
  if (pem.includes("PRIVATE KEY")) throw new Error("the token key is a private key; set its public key");
  const key = publicKeyOf(pem);
  const algorithms = algorithmsFor(key);
  if (algorithms.length === 0) {
    throw new Error(`the token key must be RSA of at least ${minRsaBits} bits or EC P-256, P-384 or P-521`);
  }
  return { key, algorithms };
}

/** The algorithms for a public key. Empty for a type, curve or size that is not accepted. */
export function algorithmsFor(key: KeyObject): readonly Algorithm[] {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") {
    return modulusLength >= minRsaBits ? ["RS256", "RS384", "RS512", "PS256"] : [];
  }
  const algorithm = key.asymmetricKeyType === "ec" ? curveAlgorithms[namedCurve] : undefined;
  return algorithm === undefined ? [] : [algorithm];
}

function publicKeyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new Error("the token key is not a public key in PEM", { cause: error });
  }
}
