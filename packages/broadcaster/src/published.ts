import type { ProtocolError } from "@roomcast/events";

/** What a publisher is told once its event is in the log. */
export interface Published {
  /** The event's id; of a suppressed duplicate, the id of the first. */
  id: string;
  /** The event's place in the log, in the text form clients use. */
  position: string;
  /** Whether the idempotency key was known, so that nothing was written. */
  duplicate: boolean;
}

/** What became of one event of a batch. */
export type PublishResult = { ok: true; published: Published } | { ok: false; error: ProtocolError };
