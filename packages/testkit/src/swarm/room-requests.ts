import type { Ack, RoomReset, Subscribed } from "@roomcast/events";
import type { Socket } from "socket.io-client";
import type { ClientOp } from "../checker.ts";
import type { Random } from "../random.ts";

/** A room that an application wants to follow. */
export interface RoomRequest {
  room: string;
  /** Only events with these tags. Default all. */
  tags?: readonly string[];
  /** The `since` of the first `subscribe`. */
  since?: string;
}

interface RequestedRoom extends RoomRequest {
  state: "asked" | "followed" | "leaving";
  /** The last position that the application has for the room. */
  position?: string;
  /** Whether it was ever followed. From then on `position` counts instead of `since`. */
  wasFollowed: boolean;
  /** Called when the room is followed, or left, or refused for good. */
  settled: () => void;
}

export interface RoomRequestsOptions {
  socket: Socket;
  /** Records requests and replies. */
  record: (op: ClientOp) => void;
  random: Random;
  /** Returns the filter for the events with these tags. */
  filterFor: (tags: readonly string[]) => object;
}

/** Numbers the requests of all clients, to match replies with them. */
let attempts = 0;

const answerTimeoutMs = 5_000;

/**
 * The rooms that an application wants to follow.
 * It repeats each request until it succeeds or is refused for good.
 */
export class RoomRequests {
  readonly #options: RoomRequestsOptions;
  readonly #requests = new Map<string, RequestedRoom>();

  constructor(options: RoomRequestsOptions) {
    this.#options = options;
  }

  get rooms(): string[] {
    return [...this.#requests.keys()];
  }

  /** Whether every request is answered. */
  get areSettled(): boolean {
    return [...this.#requests.values()].every(({ state }) => state === "followed");
  }

  /** The position that the application has for a room. */
  positionOf(room: string): string | undefined {
    return this.#requests.get(room)?.position;
  }

  /** Follows rooms, with retries. Resolves when they are followed or refused for good. */
  async follow(requests: readonly RoomRequest[]): Promise<void> {
    const all = requests.map(
      (request) =>
        new Promise<void>((settled) => {
          this.#requests.set(request.room, { ...request, state: "asked", wasFollowed: false, settled });
        }),
    );
    if (this.#options.socket.connected) {
      this.#subscribe(requests.map(({ room }) => this.#requests.get(room) as RequestedRoom));
    }
    await Promise.all(all);
  }

  /** Leaves a room as soon as it is followed, with retries. Resolves when it is left. */
  async leave(room: string): Promise<void> {
    const request = this.#requests.get(room);
    if (request === undefined) return;
    if (request.state !== "followed")
      await new Promise<void>((settled) => Object.assign(request, { settled }));
    if (this.#requests.get(room) !== request) return;
    await new Promise<void>((settled) => {
      Object.assign(request, { state: "leaving", settled });
      if (this.#options.socket.connected) this.#unsubscribe(request);
    });
  }

  /** Sends the pending requests on a new connection. Without recovery, it requests all rooms. */
  onConnect(recovered: boolean): void {
    const requests = [...this.#requests.values()];
    for (const request of requests) {
      if (request.state === "leaving") this.#unsubscribe(request);
      else if (!recovered) request.state = "asked";
    }
    const asked = requests.filter(({ state }) => state === "asked");
    if (asked.length > 0) this.#subscribe(asked);
  }

  /** Stores the position of an event. */
  onEvent(room: string, position: string): void {
    const request = this.#requests.get(room);
    if (request !== undefined) request.position = position;
  }

  onReset({ room, reason, position }: RoomReset): void {
    const request = this.#requests.get(room);
    if (request === undefined) return;
    request.position = position;
    // A request or leave in flight gets its own reply.
    if (reason === "access" && request.state === "followed") this.#drop(request);
  }

  /** Drops all rooms. */
  dropAll(): void {
    for (const request of this.#requests.values()) this.#drop(request);
  }

  #drop(request: RequestedRoom): void {
    if (this.#requests.get(request.room) === request) this.#requests.delete(request.room);
    request.settled();
  }

  /** Uses a callback for the reply: a promise would run only after events that arrive behind the reply. */
  #subscribe(requests: readonly RequestedRoom[]): void {
    const asked = requests.map((request) => this.#ask(request));
    const inputs = asked.map(({ input }) => input);
    const take = (error: Error | null, answer?: Ack<Ack<Subscribed>[]>) => {
      for (const [index, { request, attempt }] of asked.entries()) {
        if (error !== null || answer === undefined) this.#askAgain(request);
        else this.#onAnswer(request, attempt, answer.ok ? answer.data[index] : answer);
      }
    };
    this.#options.socket.timeout(answerTimeoutMs).emit("subscribe", inputs, take);
  }

  #ask(request: RequestedRoom) {
    attempts++;
    const { room, tags } = request;
    const since = request.wasFollowed ? request.position : (request.since ?? request.position);
    const rest = { ...(since === undefined ? {} : { since }), ...(tags === undefined ? {} : { tags }) };
    this.#options.record({ kind: "subscribing", attempt: attempts, room, ...rest });
    const filters = tags === undefined ? {} : { filters: this.#options.filterFor(tags) };
    return {
      request,
      attempt: attempts,
      input: { room, ...(since === undefined ? {} : { since }), ...filters },
    };
  }

  #onAnswer(request: RequestedRoom, attempt: number, answer: Ack<Subscribed> | undefined): void {
    const { record } = this.#options;
    if (answer?.ok) {
      record({ kind: "subscribed", attempt, position: answer.data.position });
      request.position ??= answer.data.position;
      Object.assign(request, { state: "followed", wasFollowed: true });
      return request.settled();
    }
    const { code, retryable } = answer?.error ?? { code: "nothing", retryable: true };
    record({ kind: "refused", attempt, code, isFinal: !retryable });
    if (retryable) this.#askAgain(request);
    else this.#drop(request);
  }

  #askAgain(request: RequestedRoom): void {
    this.#again(request, "asked", () => this.#subscribe([request]));
  }

  #unsubscribe(request: RequestedRoom): void {
    const { socket, record } = this.#options;
    const { room } = request;
    record({ kind: "unsubscribing", room });
    socket
      .timeout(answerTimeoutMs)
      .emit("unsubscribe", { room }, (error: Error | null, answer?: Ack<unknown>) => {
        const isLeft = error === null && (answer?.ok || answer?.error.code === "not_subscribed");
        if (!isLeft) return this.#again(request, "leaving", () => this.#unsubscribe(request));
        record({ kind: "unsubscribed", room });
        this.#drop(request);
      });
  }

  /** Retries after a pause, unless a new connection has already done so. */
  #again(request: RequestedRoom, state: RequestedRoom["state"], work: () => void): void {
    const { socket, random } = this.#options;
    const connection = socket.id;
    setTimeout(
      () => {
        const isCurrent =
          socket.connected && socket.id === connection && this.#requests.get(request.room) === request;
        if (isCurrent && request.state === state) work();
      },
      random.between(100, 400),
    );
  }
}
