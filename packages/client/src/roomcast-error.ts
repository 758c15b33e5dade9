import type { ErrorBody, ErrorCode } from "@roomcast/events";

/**
 * Codes of errors that arise in the client:
 * - `conflicting_filters`: the room is followed with other filters, and the server keeps one subscription per
 *   room
 * - `unsubscribed`: the subscription ended before the server confirmed it
 * - `unhandled_reset`: events of the room may be missing, and the subscription has no `refetch`
 * - `disconnected`: the connection was lost before the acknowledgement arrived
 */
export type ClientErrorCode = "conflicting_filters" | "unsubscribed" | "unhandled_reset" | "disconnected";

/** An error that the server returned, or that arose in the client. Programs use its `code`. */
export class RoomcastError extends Error {
  override readonly name = "RoomcastError";
  readonly code: ErrorCode | ClientErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly details: ErrorBody["details"];

  constructor(body: Omit<ErrorBody, "code"> & { code: ErrorCode | ClientErrorCode }) {
    super(body.message);
    this.code = body.code;
    this.retryable = body.retryable;
    this.details = body.details;
  }
}

/** An error that arose in the client. */
export function clientError(
  code: ClientErrorCode | "timeout",
  message: string,
  retryable = false,
): RoomcastError {
  return new RoomcastError({ code, message, retryable });
}
