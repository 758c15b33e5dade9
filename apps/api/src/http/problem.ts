import { STATUS_CODES } from "node:http";
import { type ErrorCode, ProtocolError, toProtocolError } from "@roomcast/events";
import { reasonsOf, SampledLog } from "@roomcast/service";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { ApiContext } from "../api-context.ts";

/** The body of every error response: RFC 9457 with the same `code` as on a socket. */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  errors?: readonly { field: string; message: string }[];
}

interface Fault {
  message: string;
  method?: string;
  path?: string;
}

/** Answers requests that match no route with `not_found`. */
export const refuseUnknownRoute: RequestHandler = () => {
  throw new ProtocolError("not_found", "no such route");
};

/**
 * The only place where an error becomes an HTTP response.
 * The cause of an `internal` error goes only to the log.
 */
export function answerProblem({ logger }: Pick<ApiContext, "logger">): ErrorRequestHandler {
  const log = new SampledLog(logger);
  return (error: unknown, request, response, next) => {
    const known = fromExpress(error) ?? toProtocolError(error);
    if (known.status >= 500) {
      logFault(log, known, { method: request.method, path: request.path, message: "request failed" });
    }
    // Part of the response is already sent. Express's own handler closes the connection, which tells the
    // client.
    if (response.headersSent) return next(error);
    send(response, known);
  };
}

/** Logs one line for each reason and minute, with a stack only for internal errors. */
export function logFault(log: SampledLog, error: ProtocolError, { message, ...request }: Fault): void {
  const { code } = error;
  const reason = reasonsOf(error);
  const cause = code === "internal" ? { err: error.cause ?? error } : { code, reason };
  log.write("error", `${code} ${reason}`, { ...cause, ...request }, message);
}

function send(response: Response, error: ProtocolError): void {
  if (error.status === 401) response.set("WWW-Authenticate", challengeOf(error.code));
  if (error.retryable) response.set("Retry-After", "1");
  response
    .status(error.status)
    .type("application/problem+json")
    .send(JSON.stringify(problemOf(error)));
}

function problemOf(error: ProtocolError): Problem {
  const { status, code, message, details } = error;
  const title = STATUS_CODES[status] ?? "Error";
  const problem: Problem = { type: "about:blank", title, status, code, detail: message };
  return details === undefined ? problem : { ...problem, errors: details };
}

function challengeOf(code: ErrorCode): string {
  return code === "token_expired" || code === "revoked" ? 'Bearer error="invalid_token"' : "Bearer";
}

interface HttpError extends Error {
  status: number;
}

/** Translates request errors of Express and its body parsers into codes of the error table. */
function fromExpress(error: unknown): ProtocolError | undefined {
  if (!isClientError(error)) return undefined;
  if (error.status === 413) {
    return new ProtocolError("payload_too_large", "the request body is over the size limit", {
      cause: error,
    });
  }
  if (error.status === 415) {
    return new ProtocolError("unsupported_media_type", error.message, { cause: error });
  }
  return new ProtocolError("invalid_command", error.message, { cause: error });
}

function isClientError(error: unknown): error is HttpError {
  if (error instanceof ProtocolError || !(error instanceof Error) || !("status" in error)) return false;
  return typeof error.status === "number" && error.status >= 400 && error.status < 500;
}
