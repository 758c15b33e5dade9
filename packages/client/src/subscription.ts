import type { EventEnvelope, EventType, Filters, ResetReason, Subscribed } from "@roomcast/events";
import type { RoomcastError } from "./roomcast-error.ts";

/** Handles one event. If it returns a promise, the next event waits until the promise has settled. */
export type EventHandler<T extends EventType = EventType> = (
  event: EventEnvelope<T>,
  position: string,
) => unknown;

/** Handlers by event type. */
export type EventHandlers = { [T in EventType]?: EventHandler<T> };

/**
 * Why a room's state must be fetched again. Besides the server's reasons:
 * - `initial`: the server has confirmed the subscription, see `fetchFirst`
 * - `gap`: events after the stored position arrived while the room had no subscription here, or the server
 *   cannot read the position
 * - `overflow`: more events arrived during a refetch than may wait
 * - `requested`: the application called `refetch()`
 */
export interface Reset {
  room: string;
  reason: ResetReason | "initial" | "gap" | "overflow" | "requested";
}

/** Fetches a room's state from the application's API. The signal is aborted when the subscription ends. */
export type Refetch = (reset: Reset, signal: AbortSignal) => unknown;

/** How to follow a room. */
export interface SubscribeOptions {
  /** Handles events whose type has no handler in `handlers`. */
  onEvent?: EventHandler;
  handlers?: EventHandlers;
  /** Delivers only events whose data passes. All subscriptions of a room must have the same filters. */
  filters?: Filters;
  /**
   * Called when events of the room may be missing. It must fetch the room's state and replace the old one.
   *
   * Events after the reset wait until the promise resolves, so that an older snapshot never overwrites newer
   * events. The snapshot may already contain them, so applying an event twice must do no harm. If the promise
   * rejects, `refetch` is called again after a pause, until it resolves or the subscription ends. After
   * `access` (the user may no longer be in the room) it is called only once. If too many events wait, they
   * are dropped, and another refetch makes up for them.
   */
  refetch?: Refetch;
  /**
   * Also calls `refetch` as soon as the server has confirmed the subscription. Drops the events before that.
   */
  fetchFirst?: boolean;
  /**
   * Called when the server refuses the room, at once or after a lost session.
   * The subscription has then ended.
   */
  onRefused?: (error: RoomcastError) => void;
}

/** One subscription of the application to a room. */
export interface RoomSubscription {
  readonly room: string;
  /**
   * Resolves when the server has confirmed the room and sent the missed events. Rejects with a
   * `RoomcastError` if the server refuses (`onError` is called too), or with `unsubscribed` if the
   * subscription ended before.
   */
  readonly ready: Promise<Subscribed>;
  /** Fetches the room's state again, after the events that already wait. */
  refetch(): void;
  /**
   * Ends the subscription: no handler is called any more.
   * The last subscription of a room also leaves the room.
   */
  unsubscribe(): void;
}
