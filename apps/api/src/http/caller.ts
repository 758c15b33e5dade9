import { adminScope, type Principal } from "@roomcast/auth";
import type { Response } from "express";

/** Who calls: the holder of an API key, or whoever a token names. */
export type Caller = { kind: "key"; name: string } | { kind: "token"; principal: Principal };

/** Whether the caller has one of the scopes; an API key and the scope `admin` have all of them. */
export function hasScope(caller: Caller, scopes: readonly string[]): boolean {
  if (isUnlimited(caller)) return true;
  return scopes.some((scope) => caller.kind === "token" && caller.principal.scopes.has(scope));
}

/** Whether the caller may publish to every room. */
export function isUnlimited(caller: Caller): boolean {
  return caller.kind === "key" || caller.principal.scopes.has(adminScope);
}

/** Names the caller in logs and keeps its idempotency keys apart from other callers'. */
export function callerName(caller: Caller): string {
  return caller.kind === "key" ? `key:${caller.name}` : `user:${caller.principal.userId}`;
}

/** Remembers who makes the request. */
export function setCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller;
}

/** Names in the log who sent a request, if it proved who it is by other means than a key or a token. */
export function setSender(response: Response, name: string): void {
  response.locals.sender = name;
}

/** Names in the log who sent a request; undefined for strangers. */
export function senderOf(response: Response): string | undefined {
  const { caller, sender }: { caller?: Caller; sender?: string } = response.locals;
  return caller === undefined ? sender : callerName(caller);
}

/** Who makes the request; only behind `authenticate`. */
export function callerOf(response: Response): Caller {
  const caller: Caller | undefined = response.locals.caller;
  if (caller === undefined) throw new Error("the route is not behind authenticate()");
  return caller;
}
