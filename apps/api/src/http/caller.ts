import { adminScope, type Principal } from "@roomcast/auth";
import type { Response } from "express";

/** Who sent a request: the holder of an API key, or the user of a token. */
export type Caller = { kind: "key"; name: string } | { kind: "token"; principal: Principal };

/** Whether the caller has one of the scopes. An API key and the scope `admin` include all scopes. */
export function hasScope(caller: Caller, scopes: readonly string[]): boolean {
  if (isUnlimited(caller)) return true;
  return scopes.some((scope) => caller.kind === "token" && caller.principal.scopes.has(scope));
}

/** Whether the caller may publish to every room. */
export function isUnlimited(caller: Caller): boolean {
  return caller.kind === "key" || caller.principal.scopes.has(adminScope);
}

/** The caller's name in logs. It also separates the caller's idempotency keys from others'. */
export function callerName(caller: Caller): string {
  return caller.kind === "key" ? `key:${caller.name}` : `user:${caller.principal.userId}`;
}

/** Stores who sent the request. */
export function setCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller;
}

/** Stores the sender's name for the log, if it was authenticated without a key or a token. */
export function setSender(response: Response, name: string): void {
  response.locals.sender = name;
}

/** The sender's name for the log; undefined for unauthenticated requests. */
export function senderOf(response: Response): string | undefined {
  const { caller, sender }: { caller?: Caller; sender?: string } = response.locals;
  return caller === undefined ? sender : callerName(caller);
}

/** Returns who sent the request. Only for routes behind `authenticate`. */
export function callerOf(response: Response): Caller {
  const caller: Caller | undefined = response.locals.caller;
  if (caller === undefined) throw new Error("the route is not behind authenticate()");
  return caller;
}
