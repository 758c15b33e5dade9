import { bearerOf } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import type { Request, RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { type Caller, hasScope, setCaller } from "./caller.ts";

type Gatekeepers = Pick<ApiContext, "apiKeys" | "verifier">;

/**
 * Accepts a request with an API key, or a token with one of the scopes, in `Authorization: Bearer`. Otherwise
 * throws `unauthorized`, the verifier's error, or `forbidden`.
 */
export function authenticate(gatekeepers: Gatekeepers, ...scopes: readonly string[]): RequestHandler {
  return async (request, response, next) => {
    const caller = await identify(gatekeepers, presentedBy(request));
    if (!hasScope(caller, scopes)) {
      throw new ProtocolError("forbidden", `the token lacks the scope ${scopes.join(" or ")}`);
    }
    setCaller(response, caller);
    next();
  };
}

async function identify({ apiKeys, verifier }: Gatekeepers, presented: string): Promise<Caller> {
  const key = apiKeys(presented);
  return key === undefined
    ? { kind: "token", principal: await verifier.verify(presented) }
    : { kind: "key", name: key.name };
}

function presentedBy(request: Request): string {
  const presented = bearerOf(request.headers.authorization);
  if (presented !== undefined) return presented;
  throw new ProtocolError("unauthorized", "expected Authorization: Bearer <API key or token>");
}
