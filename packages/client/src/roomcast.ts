import type { EventEnvelope, HistoryPage, RoomReset } from "@roomcast/events";
import { roomsOf } from "@roomcast/protocol";
import { CommandChannel } from "./command-channel.ts";
import { type HistoryOptions, historyPages } from "./history-pages.ts";
import { Membership } from "./membership.ts";
import { defaultRetryDelayMs } from "./pause.ts";
import { memoryPositions, type PositionStore } from "./positions.ts";
import type { RoomcastSocket } from "./roomcast-socket.ts";
import type { EventHandler, RoomSubscription, SubscribeOptions } from "./subscription.ts";

/** Options of a Roomcast. All have defaults. */
export interface RoomcastOptions {
  /**
   * Where a room continues after a lost session or a page load.
   * Default `memoryPositions()`, which a page load clears.
   */
  positions?: PositionStore;
  /**
   * Called for errors without a promise: refused rooms, retries, handlers that throw. Default: the console.
   */
  onError?: (error: unknown) => void;
  /**
   * Receives events of rooms that have no subscription here: events of the automatic rooms `global` and
   * `user:<id>`, and events through a room that the publisher added to the catalogue's rooms, which clients
   * cannot see.
   */
  onUnrouted?: EventHandler;
  /** How long to wait for a command's acknowledgement. Default 10,000. */
  ackTimeoutMs?: number;
  /** How many events may wait for one subscription during a refetch. Default 1,000. */
  maxWaiting?: number;
  /**
   * Pause before the next attempt. `attempt` counts from 0. Default: 0.5 s, doubling up to 30 s, with jitter.
   */
  retryDelayMs?: (attempt: number) => number;
}

/** What `createRoomcast` adds to a socket. */
export interface Roomcast {
  readonly socket: RoomcastSocket;
  /**
   * Follows a room: delivers the events since the stored position, then live events. Several subscriptions of
   * a room share one subscription on the server. Different filters throw a `RoomcastError`
   * `conflicting_filters`.
   */
  subscribe(room: string, options: SubscribeOptions): RoomSubscription;
  /** Reads pages of a room's history, oldest first. Rejects with a `RoomcastError`. */
  history(room: string, options?: HistoryOptions): AsyncGenerator<HistoryPage, void, undefined>;
  /** Ends all subscriptions and removes its listeners from the socket, which stays connected. */
  close(): void;
}

/** Events of the server itself, which belong to no room. */
const serverEvent = /^(connection[._]|position\.|presence\.|room\.|server\.|token\.)/;

/**
 * Adds rooms, resets and stored positions to a stock socket. Create one for each socket. The socket itself
 * still owns the transport, the token and reconnecting.
 *
 * A room's stored position is the position of its last event that all handlers have handled: no handler
 * threw, and their promises have resolved.
 */
export function createRoomcast(socket: RoomcastSocket, options: RoomcastOptions = {}): Roomcast {
  const settings = {
    positions: options.positions ?? memoryPositions(),
    onError: options.onError ?? console.error,
    retryDelayMs: options.retryDelayMs ?? defaultRetryDelayMs,
    maxWaiting: options.maxWaiting ?? 1_000,
  };
  const commands = new CommandChannel(socket, options.ackTimeoutMs ?? 10_000);
  const membership = new Membership(socket, commands, settings);

  const receive = (name: string, event: EventEnvelope, position: unknown) => {
    if (name === "room.reset") return membership.reset(event.data as unknown as RoomReset);
    if (typeof position !== "string" || serverEvent.test(name)) return;
    const taken = roomsOf(event).map((room) => membership.deliver(room, event, position));
    if (!taken.includes(true)) unrouted(event, position);
  };
  const unrouted = (event: EventEnvelope, position: string) => {
    try {
      options.onUnrouted?.(event, position);
    } catch (error) {
      settings.onError(error);
    }
  };
  const onConnect = () => membership.connected(socket.recovered);
  socket.onAny(receive);
  socket.on("connect", onConnect);

  return {
    socket,
    subscribe: (room, subscribeOptions) => membership.subscribe(room, subscribeOptions),
    history: (room, range = {}) => historyPages(commands, room, range, settings.retryDelayMs),
    close() {
      membership.close();
      socket.off("connect", onConnect);
      socket.offAny(receive);
    },
  };
}
