import type { EventEnvelope, EventType, Filters, ResetReason, Subscribed } from "@roomcast/events";
import type { RoomcastError } from "./roomcast-error.ts";

/** Takes one event. If it returns a promise, the next event waits until that has settled. */
export type EventHandler<T extends EventType = EventType> = (
  event: EventEnvelope<T>,
  position: string,
) => unknown;

/** Handlers by event type. */
export type EventHandlers = { [T in EventType]?: EventHandler<T> };

/**
 * Why a room's state must be fetched again. Beside the server's reasons:
 * - `initial`: the subscription stands, see `fetchFirst`
 * - `gap`: events after the stored position came while nobody here followed the room, or the position is unreadable
 * - `overflow`: more events came during a refetch than may wait
 * - `requested`: the application called `refetch()`
 */
export interface Reset {
  room: string;
  reason: ResetReason | "initial" | "gap" | "overflow" | "requested";
}

/** Fetches a room's state from the application's API; aborted when the subscription ends. */
export type Refetch = (reset: Reset, signal: AbortSignal) => unknown;

/** How to follow a room. */
export interface SubscribeOptions {
  /** Takes the events whose type has no handler in `handlers`. */
  onEvent?: EventHandler;
  handlers?: EventHandlers;
  /** Only events whose data passes. All who follow a room must give the same filters. */
  filters?: Filters;
  /**
   * Called when events of the room may be missing. Fetch the room's state and put it in place of the old one.
   *
   * Events that come after the reset wait until the promise has resolved, so that no older snapshot is ever put over
   * newer events; they may already be part of the snapshot, so applying an event twice must do no harm. If the promise
   * rejects, `refetch` is called again after a pause, until it resolves or the subscription ends; only after `access`
   * (the user may no longer be in the room) it is called once. If more events wait than may, they are dropped and
   * another refetch makes up for them.
   */
  refetch?: Refetch;
  /** Calls `refetch` also at the beginning, as soon as the subscription stands; events before that are passed over. */
  fetchFirst?: boolean;
  /** Called when the server refuses the room, at once or after a lost session: that ends the subscription. */
  onRefused?: (error: RoomcastError) => void;
}

/** One part of the application following a room. */
export interface RoomSubscription {
  readonly room: string;
  /**
   * Resolves when the server has confirmed the room and sent what was missed. Rejects with a `RoomcastError` if it
   * refuses (which `onError` is told too), or with `unsubscribed` if the subscription was ended before.
   */
  readonly ready: Promise<Subscribed>;
  /** Fetches the room's state again, in its turn after the events that wait. */
  refetch(): void;
  /** Ends it; no handler is called any more. The room is left when no other subscription follows it. */
  unsubscribe(): void;
}
