import type { EventEnvelope, HistoryPage, RoomReset } from "@roomcast/events";
import { roomsOf } from "@roomcast/protocol";
import { CommandChannel } from "./command-channel.ts";
import { type HistoryOptions, historyPages } from "./history-pages.ts";
import { Membership } from "./membership.ts";
import { defaultRetryDelayMs } from "./pause.ts";
import { memoryPositions, type PositionStore } from "./positions.ts";
import type { RoomcastSocket } from "./roomcast-socket.ts";
import type { EventHandler, RoomSubscription, SubscribeOptions } from "./subscription.ts";

/** Everything has a default. */
export interface RoomcastOptions {
  /** Where a room goes on after a lost session or a page load. Default `memoryPositions()`: until the page goes. */
  positions?: PositionStore;
  /** Told what has no promise to reject: refused rooms, what is tried again, throwing handlers. Default: the console. */
  onError?: (error: unknown) => void;
  /**
   * Takes events of no room that is followed here: of the automatic rooms `global` and `user:<id>`, and those that
   * came through a room which their publisher added to the rooms of the catalogue, as that is not disclosed.
   */
  onUnrouted?: EventHandler;
  /** Time for the answer to a command. Default 10,000. */
  ackTimeoutMs?: number;
  /** Events that may wait for one subscription during a refetch. Default 1,000. */
  maxWaiting?: number;
  /** Pause before the next attempt; `attempt` counts from 0. Default: 0.5 s doubling up to 30 s, with jitter. */
  retryDelayMs?: (attempt: number) => number;
}

/** What `createRoomcast` makes of a socket. */
export interface Roomcast {
  readonly socket: RoomcastSocket;
  /**
   * Follows a room: sends what came since the stored position, then live events. Several subscriptions of a room share
   * one of the server; different filters throw a `RoomcastError` `conflicting_filters`.
   */
  subscribe(room: string, options: SubscribeOptions): RoomSubscription;
  /** Pages of a room's past, oldest first; rejects with a `RoomcastError`. */
  history(room: string, options?: HistoryOptions): AsyncGenerator<HistoryPage, void, undefined>;
  /** Ends all subscriptions and lets go of the socket, which stays connected. */
  close(): void;
}

/** Events of the server itself, which carry no room's events. */
const serverEvent = /^(connection[._]|position\.|presence\.|room\.|server\.|token\.)/;

/**
 * Adds rooms, resets and stored positions to a stock socket; one for each socket. The transport, the token and the
 * reconnecting stay the socket's own.
 *
 * The stored position of a room is that of its last event which all handlers have handled: a handler's promise has
 * resolved, and nothing was thrown.
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
    subscribe: (room, how) => membership.subscribe(room, how),
    history: (room, how = {}) => historyPages(commands, room, how, settings.retryDelayMs),
    close() {
      membership.close();
      socket.off("connect", onConnect);
      socket.offAny(receive);
    },
  };
}
