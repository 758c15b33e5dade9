import { createHmac, type KeyObject } from "node:crypto";
import { expect } from "@jest/globals";
import type { TokenVerifier } from "@roomcast/auth";
import type { ErrorCode } from "@roomcast/events";
import jwt, { type Algorithm } from "jsonwebtoken";

/** The time of these tests, in seconds; verifiers get it through `now`. */
export const nowSeconds = 1_800_000_000;
export const now = () => nowSeconds * 1_000;

/** Claims that are in order; a claim given as undefined is left out. */
export function claimsWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { sub: "ada", iat: nowSeconds - 60, exp: nowSeconds + 60, ...changes };
}

/** Signs any claims, sound or not. */
export function tokenOf(
  claims: Record<string, unknown>,
  key: KeyObject,
  header: { alg: Algorithm; [name: string]: unknown },
): string {
  return jwt.sign(JSON.stringify(claims), key, { algorithm: header.alg, header: { typ: "JWT", ...header } });
}

/** A token put together by hand, for what no library would sign. */
export function forgedToken(
  header: unknown,
  payload: unknown,
  signature: (input: string) => string = () => "",
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}

export function hmacSignature(key: string): (input: string) => string {
  return (input) => createHmac("sha256", key).update(input).digest("base64url");
}

export async function expectRefusal(
  verifier: TokenVerifier,
  token: unknown,
  code: ErrorCode = "unauthorized",
): Promise<Error> {
  const refusal: unknown = await verifier.verify(token).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: "ProtocolError", code });
  return refusal as Error;
}

function encode(part: unknown): string {
  const text = typeof part === "string" ? part : JSON.stringify(part);
  return Buffer.from(text).toString("base64url");
}
