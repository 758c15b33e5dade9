import { EventBroadcaster } from "./event-broadcaster.ts";
import type { PublishingLog } from "./event-publisher.ts";

let current: EventBroadcaster | undefined;

/**
 * Sets the process-wide broadcaster that `getBroadcaster` answers with, made from a log if one is given.
 * Throws if there is one already: two would publish to two logs unnoticed.
 */
export function initBroadcaster(source: EventBroadcaster | PublishingLog): EventBroadcaster {
  if (current !== undefined) {
    throw new Error("the broadcaster is initialised already; call resetBroadcaster() before another init");
  }
  current = source instanceof EventBroadcaster ? source : new EventBroadcaster(source);
  return current;
}

/** The process-wide broadcaster; throws before `initBroadcaster`. */
export function getBroadcaster(): EventBroadcaster {
  if (current === undefined) {
    throw new Error("the broadcaster is not initialised: call initBroadcaster(log) when the process starts");
  }
  return current;
}

/** Forgets the process-wide broadcaster, at shutdown or between tests; the log stays its owner's to close. */
export function resetBroadcaster(): void {
  current = undefined;
}
