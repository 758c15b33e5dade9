import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** A shared secret of exactly 32 bytes. */
export const secret = "an-hmac-secret-of-32-bytes-total";

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export function rsaKeys(modulusLength = 2_048): KeyPair {
  return generateKeyPairSync("rsa", { modulusLength });
}

export function ecKeys(namedCurve = "P-256"): KeyPair {
  return generateKeyPairSync("ec", { namedCurve });
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: key.type === "private" ? "pkcs8" : "spki", format: "pem" }).toString();
}

/** The public key as an entry of a key set. */
export function jwkOf({ publicKey }: KeyPair, members: Record<string, unknown>): Record<string, unknown> {
  return { ...publicKey.export({ format: "jwk" }), use: "sig", ...members };
}
