import type { Ack, Envelope, RoomReset, Subscribed } from "@roomcast/events";
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
  transport: "websocket" | "polling";
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
 * client, keeps the last position of each room, and follows its rooms again from there when a session is fresh.
 */
export class SwarmClient implements ClientHistory {
  readonly name: string;
  readonly ops: ClientOp[] = [];
  readonly socket: Socket;
  readonly #options: SwarmClientOptions;
  readonly #wishes = new Map<string, Wished>();
  /** Keys received last, to see markers by. */
  lastKey: string | undefined;
  #isFresh = false;

  constructor(options: SwarmClientOptions) {
    this.name = options.name;
    this.#options = options;
    this.socket = io(`${options.url()}/ws`, {
      auth: { token: options.token },
      autoConnect: false,
      forceNew: true,
      transports: [options.transport],
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
    this.socket.disconnect();
  }

  /** Whether it is connected and every wish is answered. */
  get isSettled(): boolean {
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

  /** Follows rooms, trying again until they are followed; resolves then. */
  async follow(wishes: readonly SwarmWish[]): Promise<void> {
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
    await new Promise<void>((settled) => {
      Object.assign(wish, { state: "leaving", settled });
      if (this.socket.connected) this.#unsubscribe(wish);
    });
  }

  #listen(): void {
    const { socket } = this;
    socket.io.on("reconnect_attempt", () => {
      (socket.io as unknown as { uri: string }).uri = this.#options.url();
    });
    socket.on("connect", () => this.#onConnect());
    socket.on("disconnect", () => this.ops.push({ kind: "disconnected", atMs: performance.now() }));
    socket.on("connect_error", (error) => {
      // A refusal for good: a stock client gives up, so a passing one such as a full house is tried again here.
      if (!socket.active) setTimeout(() => socket.connect(), this.#options.random.between(200, 600));
      this.lastError = error.message;
    });
    socket.on(
      "connection.established",
      ({ data }: Envelope<string, { rooms: string[] }>, position: string) => {
        this.ops.push(
          this.#isFresh ? { kind: "established", rooms: data.rooms, position } : { kind: "resumed" },
        );
        this.#isFresh = false;
      },
    );
    socket.on("room.reset", ({ data }: Envelope<string, RoomReset>) => {
      this.ops.push({ kind: "reset", ...data, atMs: performance.now() });
      const wish = this.#wishes.get(data.room);
      if (wish !== undefined) wish.position = data.position;
    });
    socket.onAny((_name: string, event: Envelope<string, EventData>, position: unknown) => {
      const key = event?.data?.changes?.key;
      if (key !== undefined) this.#onEvent(event, key, String(position));
    });
  }

  /** Why the last attempt to connect failed. */
  lastError: string | undefined;

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
        const answers = error === null && answer?.ok ? answer.data : [];
        const isAnswered = error === null;
        for (const [index, { wish, attempt }] of asked.entries()) {
          this.#onAnswer(wish, attempt, answers[index], isAnswered);
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

  #onAnswer(wish: Wished, attempt: number, answer: Ack<Subscribed> | undefined, isAnswered: boolean): void {
    if (answer?.ok) {
      this.ops.push({ kind: "subscribed", attempt, position: answer.data.position });
      wish.position ??= answer.data.position;
      Object.assign(wish, { state: "followed", wasFollowed: true });
      return wish.settled();
    }
    if (isAnswered) this.ops.push({ kind: "refused", attempt });
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
        this.#wishes.delete(room);
        wish.settled();
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
