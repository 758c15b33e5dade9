import type { Ack, EventEnvelope, RoomReset, Subscribed } from "@roomcast/events";
import type { CommandChannel } from "./command-channel.ts";
import { FollowedRoom } from "./followed-room.ts";
import { pause } from "./pause.ts";
import { RoomcastError } from "./roomcast-error.ts";
import type { RoomcastSocket } from "./roomcast-socket.ts";
import type { Settings } from "./settings.ts";
import type { RoomSubscription, SubscribeOptions } from "./subscription.ts";

/** Rooms one `subscribe` may carry. */
const maxWishes = 100;

/**
 * The rooms that are followed, and the server's subscriptions kept in line with them. Rooms that are asked for in the
 * same tick, or again after a lost session, go into one `subscribe`, so that their past comes as one sequence in the
 * order of the log. What may succeed later is tried again after a pause.
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

  /** Follows a room; throws `conflicting_filters`. */
  subscribe(name: string, options: SubscribeOptions): RoomSubscription {
    const room = this.#room(name);
    const subscription = room.add(options, (subscriber) => {
      room.remove(subscriber);
      this.#schedule();
    });
    this.#schedule();
    return subscription;
  }

  /** Gives an event to the subscribers of a room; returns whether there are any. */
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

  /** Goes on after a connect; a recovered session is in its rooms already. */
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
    for (let from = 0; from < entering.length; from += maxWishes) {
      void this.#enter(entering.slice(from, from + maxWishes));
    }
    for (const room of idle) {
      if (room.mustLeave) void this.#leave(room);
      else if (!room.isWanted && !room.hasGap) this.#rooms.delete(room.name);
    }
  }

  async #enter(rooms: FollowedRoom[]): Promise<void> {
    for (const room of rooms) room.isBusy = true;
    const wishes = rooms.map((room) => room.entering());
    const answer = await this.#commands
      .call<Ack<Subscribed>[]>("subscribe", wishes)
      .catch((error: RoomcastError) => error);
    if (Array.isArray(answer)) {
      for (const [index, room] of rooms.entries()) this.#entered(room, answer[index] as Ack<Subscribed>);
    } else if (rooms.length > 1 && !answer.retryable) {
      // One malformed wish spoils the whole command.
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
    if (error.retryable) return void this.#again(room, error);
    this.#done(room);
    if (error.code === "invalid_position" && !room.hasGap) {
      // A position the server cannot read, of another installation say: go on without it, and say so.
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
    if (error?.retryable) return this.#again(room, error);
    if (error !== undefined && error.code !== "not_subscribed") this.#settings.onError(error);
    room.left();
    this.#done(room);
  }

  #done(room: FollowedRoom): void {
    room.isBusy = false;
    room.failures = 0;
    this.#schedule();
  }

  /** Tries again after a pause, or when the connection is back. */
  async #again(room: FollowedRoom, error: RoomcastError): Promise<void> {
    if (error.code === "disconnected") return;
    this.#settings.onError(error);
    const { signal } = this.#connection;
    await pause(this.#settings.retryDelayMs(room.failures++), signal);
    if (signal.aborted) return;
    room.isBusy = false;
    this.#settle();
  }
}
