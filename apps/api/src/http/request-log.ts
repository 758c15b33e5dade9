import { SampledLog } from "@roomcast/service";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { senderOf } from "./caller.ts";

/**
 * Logs every response with its duration, without query and headers, which may contain tokens. Probes are
 * logged at `debug`. For unauthenticated requests and refusals there is one line for each status and minute.
 */
export function logRequests({ logger, addresses }: Pick<ApiContext, "logger" | "addresses">): RequestHandler {
  const sampled = new SampledLog(logger);
  return (request, response, next) => {
    const startMs = performance.now();
    const { method, path } = request;
    const address = addresses.of(request);
    response.once("close", () => {
      const caller = senderOf(response);
      const { statusCode: status, writableFinished } = response;
      const line = {
        method,
        path,
        address,
        status,
        durationMs: Math.round(performance.now() - startMs),
        aborted: !writableFinished,
        ...(caller === undefined ? {} : { caller }),
      };
      if (isProbe(path)) logger.debug(line, "request");
      else if (caller === undefined || status === 401 || status === 403)
        sampled.write("info", `${status} ${line.aborted}`, line, "request");
      else logger.info(line, "request");
    });
    next();
  };
}

function isProbe(path: string): boolean {
  return path === "/health" || path === "/ready";
}
