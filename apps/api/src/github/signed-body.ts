import { verify } from "@octokit/webhooks-methods";
import { ProtocolError } from "@roomcast/events";
import express, { type Request, type RequestHandler } from "express";
import { setSender } from "../http/caller.ts";

/** The largest webhook, in bytes; GitHub itself goes up to 25 MB, but for pushes and not for what we announce. */
export const maxWebhookBytes = 5 * 1_048_576;

/** Refuses a request without a well-formed signature before its body is read. */
const requireSignature: RequestHandler = (request, _response, next) => {
  if (!/^sha256=[0-9a-f]{64}$/.test(request.get("X-Hub-Signature-256") ?? "")) throw invalidSignature();
  next();
};

// Bytes as they were sent, of any media type, since the signature is over those; so a compressed body is refused.
const readRaw = express.raw({ type: () => true, limit: maxWebhookBytes, inflate: false });

/** Leaves the body as text in `request.body` if it was signed with the secret; otherwise `invalid_signature`. */
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
  // `verify` throws instead of answering false when the body is empty.
  const isGenuine = text !== "" && (await verify(secret, text, request.get("X-Hub-Signature-256") ?? ""));
  if (!isGenuine) throw invalidSignature();
  return text;
}

function invalidSignature(): ProtocolError {
  return new ProtocolError("invalid_signature", "X-Hub-Signature-256 does not match the body");
}
