import type { ProtocolError } from "@roomcast/events";

/** The result of publishing an event that is now in the log. */
export interface Published {
  /** The event's id. For a suppressed duplicate, the id of the first event. */
  id: string;
  /** The event's position in the log, in the text form for clients. */
  position: string;
  /** Whether the idempotency key was known. Then nothing was written. */
  duplicate: boolean;
}

/** The outcome of one event of a batch. */
export type PublishResult = { ok: true; published: Published } | { ok: false; error: ProtocolError };
