import { randomBytes } from "node:crypto";

/**
 * A new Engine.IO session id, which names the worker that has the session (up to 99), so that no process
 * needs to remember it.
 */
export function createSessionId(worker: number): string {
  return `${worker}.${randomBytes(15).toString("base64url")}`;
}

/**
 * The worker that has the session of a request, from the request's first line; undefined if it names none.
 */
export function workerOf(requestLine: string): number | undefined {
  const number = /[?&]sid=(\d{1,2})\./.exec(requestLine)?.[1];
  return number === undefined ? undefined : Number(number);
}
