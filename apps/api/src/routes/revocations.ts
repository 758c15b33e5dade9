import { parseRevocation } from "@roomcast/auth";
import { Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { authenticate } from "../http/authenticate.ts";
import { bodyOf, parseJson } from "../http/json-body.ts";

/** `POST /revocations { userId, tokenId? | room? }`: takes back a user's access, one token, or one room. */
export function revocationsRoute(context: Pick<ApiContext, "apiKeys" | "verifier" | "revoker">): Router {
  return Router().post(
    "/revocations",
    authenticate(context, "revoke"),
    ...parseJson,
    async (request, response) => {
      const revocation = parseRevocation(bodyOf(request), Date.now());
      await context.revoker.revoke(revocation);
      response
        .status(201)
        .json({ ...revocation, at: new Date(revocation.atMs).toISOString(), atMs: undefined });
    },
  );
}
