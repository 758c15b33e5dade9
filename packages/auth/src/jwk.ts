import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { Algorithm } from "jsonwebtoken";
import { isKid } from "./token-header.ts";
import { algorithmsFor, type VerificationKey } from "./verification-key.ts";

/** The algorithms that keys of a key set may use. */
export const keySetAlgorithms: readonly Algorithm[] = ["RS256", "ES256"];

/** A key of a key set, with the `kid` by which tokens name it. */
export interface NamedKey extends VerificationKey {
  readonly kid: string;
}

/**
 * Parses a JWK Set document. Throws a plain `Error` for anything else. Ignores keys without a `kid`, keys for
 * encryption and keys of an unknown type, as RFC 7517 §5 recommends.
 */
export function parseKeySet(document: unknown): NamedKey[] {
  const keys = isRecord(document) ? document.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("not a JWK Set: `keys` is missing");
  return keys.flatMap((jwk: unknown) => parseKey(jwk) ?? []);
}

function parseKey(jwk: unknown): NamedKey | undefined {
  if (!isRecord(jwk) || !isKid(jwk.kid) || !isForSignatures(jwk)) return undefined;
  const key = publicKeyOf(jwk);
  if (key === undefined) return undefined;
  const algorithms = algorithmsFor(key).filter(
    (name) => keySetAlgorithms.includes(name) && (jwk.alg === undefined || jwk.alg === name),
  );
  return algorithms.length === 0 ? undefined : { kid: jwk.kid, key, algorithms };
}

function isForSignatures({ use, key_ops: operations }: Record<string, unknown>): boolean {
  return (
    (use === undefined || use === "sig") &&
    (operations === undefined || (Array.isArray(operations) && operations.includes("verify")))
  );
}

/** Reads only the public members, so that a private key that was published by mistake is not loaded. */
function publicKeyOf({ kty, n, e, crv, x, y }: Record<string, unknown>): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, n, e, crv, x, y } as JsonWebKey, format: "jwk" });
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
