import { randomBytes } from "node:crypto";

/** A new Engine.IO session id, up to worker 99, that names the worker which has the session, so that nobody needs to remember it. */
export function createSessionId(worker: number): string {
  return `${worker}.${randomBytes(15).toString("base64url")}`;
}

/** The worker that has the session of a request, by the request's first line; undefined if it names none. */
export function workerOf(requestLine: string): number | undefined {
  const number = /[?&]sid=(\d{1,2})\./.exec(requestLine)?.[1];
  return number === undefined ? undefined : Number(number);
}
