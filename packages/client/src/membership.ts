import type { Ack, EventEnvelope, RoomReset, Subscribed } from "@roomcast/events";
import type { CommandChannel } from "./command-channel.ts";
import { FollowedRoom } from "./followed-room.ts";
import { pause } from "./pause.ts";
import { RoomcastError } from "./roomcast-error.ts";
import type { RoomcastSocket } from "./roomcast-socket.ts";
import type { Settings } from "./settings.ts";
import type { RoomSubscription, SubscribeOptions } from "./subscription.ts";

/** How many rooms one `subscribe` may name. */
const maxRequests = 100;

/**
 * Keeps the server's subscriptions equal to the followed rooms. One `subscribe` names all rooms that are
 * requested in the same tick, or again after a lost session. So their missed events arrive as one sequence in
 * the order of the log. Commands that may succeed later are retried after a pause.
 */
export class Membership {
  readonly #socket: RoomcastSocket;
  readonly #commands: CommandChannel;
  readonly #settings: Settings;
  readonly #rooms = new Map<string, FollowedRoom>();
  #connection = new AbortController();
  #isScheduled = false;

  constructor(socket: RoomcastSocket, commands: CommandChannel, settings: Settings) {
    this.#socket = socket;
    this.#commands = commands;
    this.#settings = settings;
  }

  /** Follows a room. Throws `conflicting_filters`. */
  subscribe(name: string, options: SubscribeOptions): RoomSubscription {
    const room = this.#room(name);
    const subscription = room.add(options, (subscriber) => {
      room.remove(subscriber);
      this.#schedule();
    });
    this.#schedule();
    return subscription;
  }

  /** Delivers an event to a room's subscribers. Returns whether there are any. */
  deliver(name: string, event: EventEnvelope, position: string): boolean {
    const room = this.#rooms.get(name);
    if (room?.isWanted) {
      room.deliver(event, position);
      return true;
    }
    if (this.#settings.positions.get(name) !== undefined) this.#room(name).lose();
    return false;
  }

  reset(reset: RoomReset): void {
    this.#rooms.get(reset.room)?.reset(reset);
  }

  /** Continues after a connect. A recovered session is already in its rooms. */
  connected(isRecovered: boolean): void {
    this.#connection.abort();
    this.#connection = new AbortController();
    for (const room of this.#rooms.values()) {
      room.isBusy = false;
      if (!isRecovered) room.reconnected();
    }
    this.#settle();
  }

  /** Ends all subscriptions and leaves the rooms. */
  close(): void {
    for (const room of this.#rooms.values()) room.removeAll();
    this.#settle();
    this.#connection.abort();
  }

  #room(name: string): FollowedRoom {
    const room = this.#rooms.get(name) ?? new FollowedRoom(name, this.#settings);
    this.#rooms.set(name, room);
    return room;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#settle());
  }

  #settle(): void {
    this.#isScheduled = false;
    if (!this.#socket.connected) return;
    const idle = [...this.#rooms.values()].filter(({ isBusy }) => !isBusy);
    const entering = idle.filter(({ mustEnter }) => mustEnter);
    for (let from = 0; from < entering.length; from += maxRequests) {
      void this.#enter(entering.slice(from, from + maxRequests));
    }
    for (const room of idle) {
      if (room.mustLeave) void this.#leave(room);
      else if (!room.isWanted && !room.hasGap) this.#rooms.delete(room.name);
    }
  }

  async #enter(rooms: FollowedRoom[]): Promise<void> {
    for (const room of rooms) room.isBusy = true;
    const requests = rooms.map((room) => room.entering());
    const answer = await this.#commands
      .call<Ack<Subscribed>[]>("subscribe", requests)
      .catch((error: RoomcastError) => error);
    if (Array.isArray(answer)) {
      for (const [index, room] of rooms.entries()) this.#entered(room, answer[index] as Ack<Subscribed>);
    } else if (rooms.length > 1 && !answer.retryable) {
      // One malformed request makes the whole command fail, so send them one by one.
      for (const room of rooms) void this.#enter([room]);
    } else {
      for (const room of rooms) this.#notEntered(room, answer);
    }
  }

  #entered(room: FollowedRoom, ack: Ack<Subscribed>): void {
    if (!ack.ok) return this.#notEntered(room, new RoomcastError(ack.error));
    this.#done(room);
    room.entered(ack.data);
  }

  #notEntered(room: FollowedRoom, error: RoomcastError): void {
    if (error.retryable) return void this.#retry(room, error);
    this.#done(room);
    if (error.code === "invalid_position" && !room.hasGap) {
      // The server cannot read the position; it may be of another installation. Continue without it, with a
      // reset.
      room.lose();
      return;
    }
    this.#settings.onError(error);
    room.refused(error);
  }

  async #leave(room: FollowedRoom): Promise<void> {
    room.isBusy = true;
    const error = await this.#commands
      .call("unsubscribe", { room: room.name })
      .then(() => undefined)
      .catch((failure: RoomcastError) => failure);
    if (error?.retryable) return this.#retry(room, error);
    if (error !== undefined && error.code !== "not_subscribed") this.#settings.onError(error);
    room.left();
    this.#done(room);
  }

  #done(room: FollowedRoom): void {
    room.isBusy = false;
    room.failures = 0;
    this.#schedule();
  }

  /** Retries after a pause, or when the connection is back. */
  async #retry(room: FollowedRoom, error: RoomcastError): Promise<void> {
    if (error.code === "disconnected") return;
    this.#settings.onError(error);
    const { signal } = this.#connection;
    await pause(this.#settings.retryDelayMs(room.failures++), signal);
    if (signal.aborted) return;
    room.isBusy = false;
    this.#settle();
  }
}
