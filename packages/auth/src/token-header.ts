import { ProtocolError } from "@roomcast/events";
import jwt from "jsonwebtoken";
import { LRUCache } from "lru-cache";

/** The fields of a token's header that may help to find its key. They are not verified yet. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid?: string;
}

const maxTokenLength = 8_192;

/**
 * Headers with which a token contains or points to its own key, and `crit`, which requires extensions that we
 * do not support (RFC 7515 §4.1.11).
 */
const refusedHeaders = ["jku", "jwk", "x5u", "x5c", "crit"];

/**
 * A name, or padded base64 as some issuers use. Neither can be a path; a `kid` is only compared for equality.
 */
const kidPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,127}|[A-Za-z0-9+/]{1,126}={1,2})$/;

/** Returns a client's input as a token of bounded length, or throws `ProtocolError("unauthorized")`. */
export function asToken(token: unknown): string {
  if (typeof token !== "string" || token === "")
    throw new ProtocolError("unauthorized", "a token is required");
  if (token.length > maxTokenLength) throw new ProtocolError("unauthorized", "the token is too long");
  return token;
}

/**
 * Accepted headers by their text.
 * Tokens of one issuer share it, and decoding it is half the cost of a verification.
 */
const accepted = new LRUCache<string, TokenHeader>({ max: 100 });
const maxKeptLength = 512;

/** Reads a token's header. Throws `ProtocolError("unauthorized")` if it is malformed or names its own key. */
export function readTokenHeader(token: string): TokenHeader {
  const text = token.slice(0, token.indexOf(".") + 1);
  const known = accepted.get(text);
  if (known !== undefined) return known;
  const header: unknown = decode(token)?.header;
  if (!isHeader(header) || refusedHeaders.some((name) => Object.hasOwn(header, name))) {
    throw new ProtocolError("unauthorized", "the token's header is not acceptable");
  }
  if (text.length <= maxKeptLength) accepted.set(text, header);
  return header;
}

/** Whether the value may be a key's name in a key set or a token. */
export function isKid(kid: unknown): kid is string {
  return typeof kid === "string" && kidPattern.test(kid);
}

function decode(token: string): jwt.Jwt | null {
  try {
    return jwt.decode(token, { complete: true });
  } catch (error) {
    throw new ProtocolError("unauthorized", "the token is malformed", { cause: error });
  }
}

function isHeader(header: unknown): header is TokenHeader {
  if (typeof header !== "object" || header === null) return false;
  const { alg, kid } = header as Record<string, unknown>;
  return typeof alg === "string" && (kid === undefined || isKid(kid));
}
