import { shown } from "@roomcast/events";
import express, { type Request, type RequestHandler } from "express";
import { parseJsonText } from "./json-text.ts";
import { malformed, unsupportedType } from "./malformed.ts";

/** The largest JSON request body, in bytes. */
export const maxJsonBytes = 1_048_576;

// Read bytes, to refuse a body that is not UTF-8. Read as text, it would be altered silently.
const types = ["application/json", "application/*+json"];
const readBytes = express.raw({ limit: maxJsonBytes, type: types });

const requireJson: RequestHandler = (request, _response, next) => {
  // Many clients send a Content-Length of 0 with every request.
  const isEmpty = request.get("Content-Length") === "0";
  if (!isEmpty && request.is(types) === false) throw unsupportedType("Content-Type: application/json");
  next();
};

/**
 * Parses a UTF-8 body with a JSON media type without losing information (see `parseJsonText`). A body over
 * the limit is refused with `payload_too_large`, another type or charset with `unsupported_media_type`.
 */
export const parseJson: RequestHandler[] = [
  requireJson,
  readBytes,
  (request, _response, next) => {
    if (Buffer.isBuffer(request.body)) request.body = parseJsonText(textOf(request.body, request));
    next();
  },
];

function textOf(bytes: Buffer, request: Request): string {
  const charset = /;\s*charset="?([\w-]+)/i.exec(request.get("Content-Type") ?? "")?.[1] ?? "utf-8";
  if (!["utf-8", "utf8", "us-ascii"].includes(charset.toLowerCase())) {
    throw unsupportedType(`UTF-8, not ${shown(charset)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("is not valid UTF-8", "the body");
  }
}

/** An untrusted JSON object of any depth. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object, and not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the request's body, which must be a JSON object. */
export function bodyOf(request: Request): JsonObject {
  const body: unknown = request.body;
  if (!isJsonObject(body)) throw malformed("expected a JSON object with Content-Type: application/json");
  return body;
}
