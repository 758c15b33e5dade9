import express, { type Request, type RequestHandler } from "express";
import { malformed } from "./malformed.ts";

/** The largest JSON request body, in bytes. */
export const maxJsonBytes = 1_048_576;

/** Parses a JSON body of any media type that says it is JSON; over the limit is `payload_too_large`. */
export const parseJson: RequestHandler = express.json({
  limit: maxJsonBytes,
  type: ["application/json", "application/*+json"],
});

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
