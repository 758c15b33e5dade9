import { parseRevocation } from "@roomcast/auth";
import { type RequestHandler, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { addRoute } from "../http/add-route.ts";
import { authenticate } from "../http/authenticate.ts";
import { bodyOf, parseJson } from "../http/json-body.ts";

/** `POST /revocations { userId, tokenId? | room? }`: revokes a user's access, one token, or one room. */
export function revocationsRoute(context: Pick<ApiContext, "apiKeys" | "verifier" | "revoker">): Router {
  const revoke: RequestHandler = async (request, response) => {
    const revocation = parseRevocation(bodyOf(request), Date.now());
    await context.revoker.revoke(revocation);
    const at = new Date(revocation.atMs).toISOString();
    response.status(201).json({ ...revocation, at, atMs: undefined });
  };
  return addRoute(Router(), "/revocations", {
    post: [authenticate(context, "revoke"), ...parseJson, revoke],
  });
}
