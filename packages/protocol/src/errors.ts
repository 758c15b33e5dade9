/** All errors for clients and API callers: the HTTP status, whether a retry may help, and the meaning. */
export const errorTable = {
  unauthorized: { status: 401, retryable: false, meaning: "No token, or one that does not verify." },
  token_expired: { status: 401, retryable: false, meaning: "The token's `exp` has passed: get a new one." },
  invalid_signature: {
    status: 401,
    retryable: false,
    meaning: "The webhook's signature does not match its body.",
  },
  revoked: { status: 401, retryable: false, meaning: "The token or the user's access was revoked." },
  forbidden: {
    status: 403,
    retryable: false,
    meaning: "The principal may not enter the room or use the route.",
  },
  origin_not_allowed: {
    status: 403,
    retryable: false,
    meaning: "The page's origin is not in `CORS_ORIGINS`.",
  },
  not_found: { status: 404, retryable: false, meaning: "No such route." },
  method_not_allowed: {
    status: 405,
    retryable: false,
    meaning: "The route has no such method; `Allow` names those it has.",
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    meaning:
      "The request body is not JSON by its `Content-Type`, or its charset or encoding is not supported.",
  },
  invalid_command: { status: 400, retryable: false, meaning: "The command or request body is malformed." },
  wrong_parser: {
    status: 400,
    retryable: false,
    meaning: "The client's Socket.IO parser is not the one that `WS_PARSER` chose for the server.",
  },
  unknown_command: { status: 400, retryable: false, meaning: "The server has no command of this name." },
  unknown_event: { status: 400, retryable: false, meaning: "The catalogue has no event of this type." },
  invalid_event: {
    status: 400,
    retryable: false,
    meaning: "A field of the event's data is missing or wrong.",
  },
  invalid_room: { status: 400, retryable: false, meaning: "The room's name does not follow the grammar." },
  invalid_position: {
    status: 400,
    retryable: false,
    meaning: "`since` is not a position the server gave out.",
  },
  invalid_filter: {
    status: 400,
    retryable: false,
    meaning: "The filter is malformed, or compares a field with what it never is.",
  },
  not_subscribed: { status: 409, retryable: false, meaning: "The connection is not subscribed to the room." },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    meaning: "The idempotency key was used before with other content.",
  },
  payload_too_large: {
    status: 413,
    retryable: false,
    meaning: "The request or the event is over the size limit.",
  },
  too_many_subscriptions: {
    status: 429,
    retryable: false,
    meaning: "The connection holds as many subscriptions as it may.",
  },
  too_many_connections: {
    status: 429,
    retryable: false,
    meaning: "The user has more connections than allowed: this one was ended or refused.",
  },
  rate_limited: { status: 429, retryable: true, meaning: "Too many commands or handshakes: slow down." },
  overloaded: { status: 503, retryable: true, meaning: "Too much is queued: try again in a moment." },
  unavailable: {
    status: 503,
    retryable: true,
    meaning: "What the call needs cannot be reached now. No event was written.",
  },
  timeout: {
    status: 504,
    retryable: true,
    meaning: "Whether it was written is unknown, for want of an answer; retry with the same idempotency key.",
  },
  not_replicated: {
    status: 503,
    retryable: true,
    meaning: "Written, but no replica confirmed it in time; retry with the same idempotency key.",
  },
  internal: { status: 500, retryable: false, meaning: "A fault of the server; its log has the cause." },
} as const satisfies Record<string, { status: number; retryable: boolean; meaning: string }>;

/** The stable name of an error, the same on the socket and over HTTP. */
export type ErrorCode = keyof typeof errorTable;

/** An error for a client: the `error` of a failed acknowledgement and the `data` of a `connect_error`. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** With `rate_limited`: after how many milliseconds the same call may succeed. */
  retryAfterMs?: number;
  details?: readonly { field: string; message: string }[];
}

/**
 * An error that clients and callers may see, with a code of the table.
 * Other errors are bugs, shown as `internal`.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;
  readonly details: ErrorBody["details"];
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: ErrorBody["details"]; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return errorTable[this.code].status;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }

  /** Returns the error as a client receives it. */
  toBody(): ErrorBody {
    const { code, message, retryable, details, retryAfterMs } = this;
    return {
      code,
      message,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(details === undefined ? {} : { details }),
    };
  }
}

/** Returns a `ProtocolError` unchanged, and anything else as `internal` without details. */
export function toProtocolError(error: unknown): ProtocolError {
  return error instanceof ProtocolError
    ? error
    : new ProtocolError("internal", "internal error", { cause: error });
}
