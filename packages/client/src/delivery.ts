import type { EventEnvelope } from "@roomcast/events";
import type { Reset } from "./subscription.ts";

/** What a delivery carries. A checkpoint has no content; it only follows everything before it. */
export type Content = { event: EventEnvelope; position: string } | { reset: Reset } | { checkpoint: true };

/**
 * One event or reset that a room's subscribers must handle. Each subscriber handles its deliveries in order,
 * so deliveries complete in order too.
 */
export class Delivery {
  readonly content: Content;
  readonly #onHandled: () => void;
  #pending: number;
  #hasFailed = false;

  /** Calls `onHandled` when this number of subscribers has handled it, unless one of them failed. */
  constructor(content: Content, subscribers: number, onHandled: () => void) {
    this.content = content;
    this.#pending = subscribers;
    this.#onHandled = onHandled;
  }

  /** Call when one subscriber is done with it. */
  settle(isHandled: boolean): void {
    this.#hasFailed ||= !isHandled;
    this.#pending--;
    if (this.#pending === 0 && !this.#hasFailed) this.#onHandled();
  }
}
