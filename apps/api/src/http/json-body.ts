import { shown } from "@roomcast/events";
import express, { type Request, type RequestHandler } from "express";
import { parseJsonText } from "./json-text.ts";
import { malformed } from "./malformed.ts";

/** The largest JSON request body, in bytes. */
export const maxJsonBytes = 1_048_576;

// Bytes, since a body that is not in UTF-8 is refused: read as text, it would be altered without a word.
const readBytes = express.raw({ limit: maxJsonBytes, type: ["application/json", "application/*+json"] });

/**
 * Parses a JSON body of any media type that says it is JSON, in UTF-8 and without losing anything (see `parseJsonText`);
 * over the limit is `payload_too_large`.
 */
export const parseJson: RequestHandler[] = [
  readBytes,
  (request, _response, next) => {
    if (Buffer.isBuffer(request.body)) request.body = parseJsonText(textOf(request.body, request));
    next();
  },
];

function textOf(bytes: Buffer, request: Request): string {
  const charset = /;\s*charset="?([\w-]+)/i.exec(request.get("Content-Type") ?? "")?.[1] ?? "utf-8";
  if (!["utf-8", "utf8", "us-ascii"].includes(charset.toLowerCase())) {
    throw malformed(`must be UTF-8, not ${shown(charset)}`, "the body");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("is not valid UTF-8", "the body");
  }
}

/** A JSON object as it came in: untrusted, of any depth. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object, not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The request's body, which must be a JSON object. */
export function bodyOf(request: Request): JsonObject {
  const body: unknown = request.body;
  if (!isJsonObject(body)) throw malformed("expected a JSON object with Content-Type: application/json");
  return body;
}
