import { ProtocolError } from "@roomcast/events";
import jwt from "jsonwebtoken";
import { LRUCache } from "lru-cache";

/** What of a token's header may take part in finding its key. Nothing of it is proven yet. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid?: string;
}

const maxTokenLength = 8_192;

/**
 * Headers by which a token brings or points to its own key, and `crit`, which demands extensions we do not have
 * (RFC 7515 §4.1.11).
 */
const refusedHeaders = ["jku", "jwk", "x5u", "x5c", "crit"];

/** A name, or padded base64 as some issuers use. Neither form can be a path: a `kid` is only ever looked up by equality. */
const kidPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,127}|[A-Za-z0-9+/]{1,126}={1,2})$/;

/** Narrows what a client sent to a token of bounded length, or throws `ProtocolError("unauthorized")`. */
export function asToken(token: unknown): string {
  if (typeof token !== "string" || token === "")
    throw new ProtocolError("unauthorized", "a token is required");
  if (token.length > maxTokenLength) throw new ProtocolError("unauthorized", "the token is too long");
  return token;
}

/** Accepted headers by their text: the tokens of one issuer have the same, and to decode one is half of a verification. */
const accepted = new LRUCache<string, TokenHeader>({ max: 100 });
const maxKeptLength = 512;

/** The header of a signed token, or `ProtocolError("unauthorized")` if it is malformed or tries to choose its own key. */
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

/** Whether a key may go by this name in a key set or a token. */
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
