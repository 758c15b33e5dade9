import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { type Caller, callerName } from "./caller.ts";

/** Logs every answer with its duration, without query and headers: they may hold tokens. Probes only at `debug`. */
export function logRequests({ logger, addresses }: Pick<ApiContext, "logger" | "addresses">): RequestHandler {
  return (request, response, next) => {
    const startMs = performance.now();
    const { method, path } = request;
    const address = addresses.of(request);
    response.once("close", () => {
      const caller: Caller | undefined = response.locals.caller;
      const line = {
        method,
        path,
        address,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - startMs),
        aborted: !response.writableFinished,
        ...(caller === undefined ? {} : { caller: callerName(caller) }),
      };
      logger[isProbe(path) ? "debug" : "info"](line, "request");
    });
    next();
  };
}

function isProbe(path: string): boolean {
  return path === "/health" || path === "/ready";
}
