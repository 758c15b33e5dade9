import type { EventEnvelope } from "@roomcast/events";
import type { Reset } from "./subscription.ts";

/** What the subscribers of a room are given; a mark only says that they have handled everything before it. */
export type Content = { event: EventEnvelope; position: string } | { reset: Reset } | { mark: true };

/**
 * One event or reset on its way through the subscribers of a room. Each handles its deliveries in order, so they are
 * completed in order too.
 */
export class Delivery {
  readonly content: Content;
  readonly #onHandled: () => void;
  #left: number;
  #hasFailed = false;

  /** `onHandled` is called when that many subscribers have handled it, unless one failed to. */
  constructor(content: Content, subscribers: number, onHandled: () => void) {
    this.content = content;
    this.#left = subscribers;
    this.#onHandled = onHandled;
  }

  /** One subscriber is done with it. */
  settle(isHandled: boolean): void {
    this.#hasFailed ||= !isHandled;
    this.#left--;
    if (this.#left === 0 && !this.#hasFailed) this.#onHandled();
  }
}
