import { verify } from "@octokit/webhooks-methods";
import { ProtocolError } from "@roomcast/events";
import express, { type Request, type RequestHandler } from "express";
import { setSender } from "../http/caller.ts";

/** The largest webhook in bytes. GitHub sends up to 25 MB, but for pushes, which we do not publish. */
export const maxWebhookBytes = 5 * 1_048_576;

/** Refuses a request without a well-formed signature, before reading its body. */
const requireSignature: RequestHandler = (request, _response, next) => {
  if (!/^sha256=[0-9a-f]{64}$/.test(request.get("X-Hub-Signature-256") ?? "")) throw invalidSignature();
  next();
};

// Reads the bytes as sent, of any media type, because the signature covers them. So it refuses a compressed
// body.
const readRaw = express.raw({ type: () => true, limit: maxWebhookBytes, inflate: false });

/**
 * Puts the body as text into `request.body` if it is signed with the secret.
 * Otherwise throws `invalid_signature`.
 */
export function signedBody(secret: string): RequestHandler[] {
  return [
    requireSignature,
    readRaw,
    async (request, response, next) => {
      request.body = await verified(secret, request);
      setSender(response, "webhook:github");
      next();
    },
  ];
}

async function verified(secret: string, request: Request): Promise<string> {
  const raw: unknown = request.body;
  const text = Buffer.isBuffer(raw) ? raw.toString("utf8") : "";
  // `verify` throws for an empty body instead of returning false.
  const isGenuine = text !== "" && (await verify(secret, text, request.get("X-Hub-Signature-256") ?? ""));
  if (!isGenuine) throw invalidSignature();
  return text;
}

function invalidSignature(): ProtocolError {
  return new ProtocolError("invalid_signature", "X-Hub-Signature-256 does not match the body");
}
