import type { Ack, Envelope, ErrorBody, RoomReset, Subscribed } from "@roomcast/events";
import { io, type Socket } from "socket.io-client";
import type { ClientHistory, ClientOp } from "../checker.ts";
import type { Random } from "../random.ts";

/** A room that a client wants, as an application would keep it. */
export interface SwarmWish {
  room: string;
  /** Only events of these tags; default all. */
  tags?: readonly string[];
  /** Asked for with the first `subscribe`. */
  since?: string;
}

interface Wished extends SwarmWish {
  state: "asked" | "followed" | "leaving";
  /** The last position that the application has of the room. */
  position?: string;
  /** Whether it was ever followed: from then on the position counts, and no longer `since`. */
  wasFollowed: boolean;
  /** Called when the room is followed, or left. */
  settled: () => void;
}

export interface SwarmClientOptions {
  name: string;
  token: string;
  /** Default: both, as a stock client does it, which polls first and upgrades. */
  transport?: "websocket" | "polling";
  /** Other than Socket.IO's own. */
  parser?: object | undefined;
  /** Where to connect next; asked again for every attempt. */
  url: () => string;
  random: Random;
  /** The filter that lets the events of some tags through. */
  filterFor: (tags: readonly string[]) => object;
}

/** Numbers the wishes of all clients, so that answers can be told apart. */
let attempts = 0;

const answerTimeoutMs = 5_000;

/**
 * A stock socket.io-client with an application that does what the integration guide says: it leaves resuming to the
 * client, keeps the last position of each room, and follows its rooms again from there when a session is fresh. Where
 * a stock client stops trying, it stops; what it is refused for good it does not ask for again.
 */
export class SwarmClient implements ClientHistory {
  readonly name: string;
  readonly token: string;
  readonly ops: ClientOp[] = [];
  readonly socket: Socket;
  readonly #options: SwarmClientOptions;
  readonly #wishes = new Map<string, Wished>();
  /** Key of the last event, to see markers by. */
  lastKey: string | undefined;
  /** Why the last attempt to connect failed, or the server ended the connection. */
  lastError: string | undefined;
  /** Whether it will not try to connect again. */
  hasGivenUp = false;
  #isClosed = false;
  #isFresh = false;

  constructor(options: SwarmClientOptions) {
    this.name = options.name;
    this.token = options.token;
    this.#options = options;
    this.socket = io(`${options.url()}/ws`, {
      auth: { token: options.token },
      autoConnect: false,
      forceNew: true,
      ...(options.transport === undefined ? {} : { transports: [options.transport] }),
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      timeout: 4_000,
      ...(options.parser === undefined ? {} : { parser: options.parser }),
    });
    this.#listen();
  }

  connect(): void {
    this.socket.connect();
  }

  close(): void {
    this.#isClosed = true;
    this.socket.disconnect();
  }

  /** As a page that is loaded anew: the session is forgotten, the application has its positions still. */
  reload(): void {
    const { socket } = this;
    this.#isClosed = true;
    socket.disconnect();
    this.#isClosed = false;
    Object.assign(socket, { _pid: undefined, _lastOffset: undefined });
    this.#nextUrl();
    socket.connect();
  }

  /** Whether it is connected and every wish is answered, or it has given up. */
  get isSettled(): boolean {
    if (this.hasGivenUp) return true;
    return this.socket.connected && [...this.#wishes.values()].every(({ state }) => state === "followed");
  }

  /** The rooms it follows, automatic ones not counted. */
  get rooms(): string[] {
    return [...this.#wishes.keys()];
  }

  /** The position it has of a room. */
  positionOf(room: string): string | undefined {
    return this.#wishes.get(room)?.position;
  }

  /** Follows rooms, trying again until they are followed; resolves then, or when they are refused for good. */
  async follow(wishes: readonly SwarmWish[]): Promise<void> {
    if (this.hasGivenUp) return;
    const all = wishes.map(
      (wish) =>
        new Promise<void>((settled) => {
          this.#wishes.set(wish.room, { ...wish, state: "asked", wasFollowed: false, settled });
        }),
    );
    if (this.socket.connected) this.#subscribe(wishes.map(({ room }) => this.#wishes.get(room) as Wished));
    await Promise.all(all);
  }

  /** Stops following a room as soon as it is followed, trying again until it is left; resolves then. */
  async leave(room: string): Promise<void> {
    const wish = this.#wishes.get(room);
    if (wish === undefined) return;
    if (wish.state !== "followed") await new Promise<void>((settled) => Object.assign(wish, { settled }));
    if (this.#wishes.get(room) !== wish) return;
    await new Promise<void>((settled) => {
      Object.assign(wish, { state: "leaving", settled });
      if (this.socket.connected) this.#unsubscribe(wish);
    });
  }

  #listen(): void {
    const { socket } = this;
    socket.io.on("reconnect_attempt", () => this.#nextUrl());
    socket.on("connect", () => this.#onConnect());
    socket.on("disconnect", () => {
      this.ops.push({ kind: "disconnected", atMs: performance.now() });
      this.#checkActive();
    });
    socket.on("connect_error", (error: Error & { data?: ErrorBody }) => {
      this.lastError = error.data?.code ?? error.message;
      this.#checkActive();
    });
    socket.on("connection.error", ({ data }: Envelope<string, ErrorBody>) => {
      this.lastError = data.code;
    });
    socket.on(
      "connection.established",
      ({ data }: Envelope<string, { rooms: string[] }>, position: string) => {
        this.ops.push(
          this.#isFresh
            ? { kind: "established", rooms: data.rooms, position }
            : { kind: "resumed", position },
        );
        this.#isFresh = false;
      },
    );
    socket.on("position.advanced", (_event: unknown, position: string) => {
      this.ops.push({ kind: "advanced", position });
    });
    socket.on("room.reset", ({ data }: Envelope<string, RoomReset>) => this.#onReset(data));
    socket.onAny((_name: string, event: Envelope<string, EventData>, position: unknown) => {
      const key = event?.data?.changes?.key;
      if (key !== undefined) this.#onEvent(event, key, String(position));
    });
  }

  #nextUrl(): void {
    (this.socket.io as unknown as { uri: string }).uri = this.#options.url();
  }

  /** A stock client that was refused, or sent away, by a packet of the server does not come back. */
  #checkActive(): void {
    if (this.socket.active || this.#isClosed || this.hasGivenUp) return;
    this.hasGivenUp = true;
    this.ops.push({ kind: "gaveUp", code: this.lastError ?? "nothing", atMs: performance.now() });
    for (const wish of this.#wishes.values()) this.#drop(wish);
  }

  #onReset(reset: RoomReset): void {
    this.ops.push({ kind: "reset", ...reset, atMs: performance.now() });
    const wish = this.#wishes.get(reset.room);
    if (wish === undefined) return;
    wish.position = reset.position;
    // What is asked or left at present is answered by itself.
    if (reset.reason === "access" && wish.state === "followed") this.#drop(wish);
  }

  #drop(wish: Wished): void {
    if (this.#wishes.get(wish.room) === wish) this.#wishes.delete(wish.room);
    wish.settled();
  }

  #onConnect(): void {
    const recovered = this.socket.recovered === true;
    // A session may be lost and found before it was told its rooms.
    if (!recovered) this.#isFresh = true;
    this.ops.push({ kind: "connected", recovered, atMs: performance.now() });
    const wishes = [...this.#wishes.values()];
    for (const wish of wishes) {
      if (wish.state === "leaving") this.#unsubscribe(wish);
      else if (!recovered) wish.state = "asked";
    }
    const asked = wishes.filter(({ state }) => state === "asked");
    if (asked.length > 0) this.#subscribe(asked);
  }

  #onEvent({ id, room }: Envelope<string, EventData>, key: string, position: string): void {
    this.lastKey = key;
    this.ops.push({ kind: "received", id, key, position, atMs: performance.now() });
    const wish = this.#wishes.get(room);
    if (wish !== undefined) wish.position = position;
  }

  /** Answers are taken by callback: a promise would run only after events that came behind the answer. */
  #subscribe(wishes: readonly Wished[]): void {
    const asked = wishes.map((wish) => this.#ask(wish));
    const inputs = asked.map(({ input }) => input);
    this.socket
      .timeout(answerTimeoutMs)
      .emit("subscribe", inputs, (error: Error | null, answer?: Ack<Ack<Subscribed>[]>) => {
        if (error !== null) answer = undefined;
        for (const [index, { wish, attempt }] of asked.entries()) {
          this.#onAnswer(wish, attempt, answer?.ok ? answer.data[index] : answer);
        }
      });
  }

  #ask(wish: Wished) {
    attempts++;
    const { room, tags } = wish;
    const since = wish.wasFollowed ? wish.position : (wish.since ?? wish.position);
    const rest = { ...(since === undefined ? {} : { since }), ...(tags === undefined ? {} : { tags }) };
    this.ops.push({ kind: "subscribing", attempt: attempts, room, ...rest });
    const filters = tags === undefined ? {} : { filters: this.#options.filterFor(tags) };
    return {
      wish,
      attempt: attempts,
      input: { room, ...(since === undefined ? {} : { since }), ...filters },
    };
  }

  #onAnswer(wish: Wished, attempt: number, answer: Ack<Subscribed> | undefined): void {
    if (answer?.ok) {
      this.ops.push({ kind: "subscribed", attempt, position: answer.data.position });
      wish.position ??= answer.data.position;
      Object.assign(wish, { state: "followed", wasFollowed: true });
      return wish.settled();
    }
    if (answer !== undefined) {
      const { code, retryable } = answer.error;
      this.ops.push({ kind: "refused", attempt, code, isFinal: !retryable });
      if (!retryable) return this.#drop(wish);
    }
    this.#again(wish, "asked", () => this.#subscribe([wish]));
  }

  #unsubscribe(wish: Wished): void {
    const { room } = wish;
    this.ops.push({ kind: "unsubscribing", room });
    this.socket
      .timeout(answerTimeoutMs)
      .emit("unsubscribe", { room }, (error: Error | null, answer?: Ack<unknown>) => {
        const isLeft = error === null && (answer?.ok || answer?.error.code === "not_subscribed");
        if (!isLeft) return this.#again(wish, "leaving", () => this.#unsubscribe(wish));
        this.ops.push({ kind: "unsubscribed", room });
        this.#drop(wish);
      });
  }

  /** Tries again after a while, unless a reconnect has done so meanwhile. */
  #again(wish: Wished, state: Wished["state"], work: () => void): void {
    const { socket } = this;
    const connection = socket.id;
    setTimeout(
      () => {
        const isCurrent =
          socket.connected && socket.id === connection && this.#wishes.get(wish.room) === wish;
        if (isCurrent && wish.state === state) work();
      },
      this.#options.random.between(100, 400),
    );
  }
}

interface EventData {
  changes?: { key?: string };
}
