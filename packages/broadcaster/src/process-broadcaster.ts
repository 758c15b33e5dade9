import { EventBroadcaster } from "./event-broadcaster.ts";
import type { PublishingLog } from "./event-publisher.ts";

let current: EventBroadcaster | undefined;

/**
 * Sets the process-wide broadcaster that `getBroadcaster` returns. It creates one if `source` is a log.
 * Throws if there is already one, because two could publish to two logs unnoticed.
 */
export function initBroadcaster(source: EventBroadcaster | PublishingLog): EventBroadcaster {
  if (current !== undefined) {
    throw new Error("the broadcaster is initialised already; call resetBroadcaster() before another init");
  }
  current = source instanceof EventBroadcaster ? source : new EventBroadcaster(source);
  return current;
}

/** Returns the process-wide broadcaster. Throws before `initBroadcaster`. */
export function getBroadcaster(): EventBroadcaster {
  if (current === undefined) {
    throw new Error("the broadcaster is not initialised: call initBroadcaster(log) when the process starts");
  }
  return current;
}

/** Removes the process-wide broadcaster, at shutdown or between tests. Its owner must close the log. */
export function resetBroadcaster(): void {
  current = undefined;
}
