import type { Ack, RoomReset, Subscribed } from "@roomcast/events";
import type { Socket } from "socket.io-client";
import type { ClientOp } from "../checker.ts";
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
  /** Called when the room is followed, or left, or refused for good. */
  settled: () => void;
}

export interface RoomWishesOptions {
  socket: Socket;
  /** Takes what is asked and answered. */
  record: (op: ClientOp) => void;
  random: Random;
  /** The filter that lets the events of some tags through. */
  filterFor: (tags: readonly string[]) => object;
}

/** Numbers the wishes of all clients, so that answers can be told apart. */
let attempts = 0;

const answerTimeoutMs = 5_000;

/** The rooms that an application wants to follow: it asks again until it is answered, unless it is refused for good. */
export class RoomWishes {
  readonly #options: RoomWishesOptions;
  readonly #wishes = new Map<string, Wished>();

  constructor(options: RoomWishesOptions) {
    this.#options = options;
  }

  get rooms(): string[] {
    return [...this.#wishes.keys()];
  }

  /** Whether every wish is answered. */
  get areSettled(): boolean {
    return [...this.#wishes.values()].every(({ state }) => state === "followed");
  }

  /** The position that the application has of a room. */
  positionOf(room: string): string | undefined {
    return this.#wishes.get(room)?.position;
  }

  /** Follows rooms, trying again until they are followed; resolves then, or when they are refused for good. */
  async follow(wishes: readonly SwarmWish[]): Promise<void> {
    const all = wishes.map(
      (wish) =>
        new Promise<void>((settled) => {
          this.#wishes.set(wish.room, { ...wish, state: "asked", wasFollowed: false, settled });
        }),
    );
    if (this.#options.socket.connected) {
      this.#subscribe(wishes.map(({ room }) => this.#wishes.get(room) as Wished));
    }
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
      if (this.#options.socket.connected) this.#unsubscribe(wish);
    });
  }

  /** Asks for what is to be asked on a new connection: on one that was not recovered, for everything. */
  onConnect(recovered: boolean): void {
    const wishes = [...this.#wishes.values()];
    for (const wish of wishes) {
      if (wish.state === "leaving") this.#unsubscribe(wish);
      else if (!recovered) wish.state = "asked";
    }
    const asked = wishes.filter(({ state }) => state === "asked");
    if (asked.length > 0) this.#subscribe(asked);
  }

  /** Notes the position of an event. */
  onEvent(room: string, position: string): void {
    const wish = this.#wishes.get(room);
    if (wish !== undefined) wish.position = position;
  }

  onReset({ room, reason, position }: RoomReset): void {
    const wish = this.#wishes.get(room);
    if (wish === undefined) return;
    wish.position = position;
    // What is asked or left at present is answered by itself.
    if (reason === "access" && wish.state === "followed") this.#drop(wish);
  }

  /** Wants nothing any more. */
  dropAll(): void {
    for (const wish of this.#wishes.values()) this.#drop(wish);
  }

  #drop(wish: Wished): void {
    if (this.#wishes.get(wish.room) === wish) this.#wishes.delete(wish.room);
    wish.settled();
  }

  /** Answers are taken by callback: a promise would run only after events that came behind the answer. */
  #subscribe(wishes: readonly Wished[]): void {
    const asked = wishes.map((wish) => this.#ask(wish));
    const inputs = asked.map(({ input }) => input);
    const take = (error: Error | null, answer?: Ack<Ack<Subscribed>[]>) => {
      for (const [index, { wish, attempt }] of asked.entries()) {
        if (error !== null || answer === undefined) this.#askAgain(wish);
        else this.#onAnswer(wish, attempt, answer.ok ? answer.data[index] : answer);
      }
    };
    this.#options.socket.timeout(answerTimeoutMs).emit("subscribe", inputs, take);
  }

  #ask(wish: Wished) {
    attempts++;
    const { room, tags } = wish;
    const since = wish.wasFollowed ? wish.position : (wish.since ?? wish.position);
    const rest = { ...(since === undefined ? {} : { since }), ...(tags === undefined ? {} : { tags }) };
    this.#options.record({ kind: "subscribing", attempt: attempts, room, ...rest });
    const filters = tags === undefined ? {} : { filters: this.#options.filterFor(tags) };
    return {
      wish,
      attempt: attempts,
      input: { room, ...(since === undefined ? {} : { since }), ...filters },
    };
  }

  #onAnswer(wish: Wished, attempt: number, answer: Ack<Subscribed> | undefined): void {
    const { record } = this.#options;
    if (answer?.ok) {
      record({ kind: "subscribed", attempt, position: answer.data.position });
      wish.position ??= answer.data.position;
      Object.assign(wish, { state: "followed", wasFollowed: true });
      return wish.settled();
    }
    const { code, retryable } = answer?.error ?? { code: "nothing", retryable: true };
    record({ kind: "refused", attempt, code, isFinal: !retryable });
    if (retryable) this.#askAgain(wish);
    else this.#drop(wish);
  }

  #askAgain(wish: Wished): void {
    this.#again(wish, "asked", () => this.#subscribe([wish]));
  }

  #unsubscribe(wish: Wished): void {
    const { socket, record } = this.#options;
    const { room } = wish;
    record({ kind: "unsubscribing", room });
    socket
      .timeout(answerTimeoutMs)
      .emit("unsubscribe", { room }, (error: Error | null, answer?: Ack<unknown>) => {
        const isLeft = error === null && (answer?.ok || answer?.error.code === "not_subscribed");
        if (!isLeft) return this.#again(wish, "leaving", () => this.#unsubscribe(wish));
        record({ kind: "unsubscribed", room });
        this.#drop(wish);
      });
  }

  /** Tries again after a while, unless a new connection has done so in between. */
  #again(wish: Wished, state: Wished["state"], work: () => void): void {
    const { socket, random } = this.#options;
    const connection = socket.id;
    setTimeout(
      () => {
        const isCurrent =
          socket.connected && socket.id === connection && this.#wishes.get(wish.room) === wish;
        if (isCurrent && wish.state === state) work();
      },
      random.between(100, 400),
    );
  }
}
