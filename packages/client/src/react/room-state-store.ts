import type { EventEnvelope } from "@roomcast/events";
import type { Reset, RoomSubscription, SubscribeOptions } from "../subscription.ts";

/**
 * A room's state as a component sees it:
 * - `loading`: not yet fetched
 * - `ready`: fetched, with every later event applied
 * - `stale`: being fetched again, because events may be missing
 * - `refused`: the server refuses the room
 */
export type RoomView<State> = { error: unknown } & (
  | { status: "loading" | "refused"; state: State | undefined }
  | { status: "ready" | "stale"; state: State }
);

/** How to fetch a room's state and how events change it. */
export interface RoomStateSource<State> {
  fetch: (reset: Reset, signal: AbortSignal) => State | Promise<State>;
  reduce: (state: State, event: EventEnvelope) => State;
  /** Follows the room. Returns undefined if there is none. */
  follow: (options: SubscribeOptions) => RoomSubscription | undefined;
}

/** Keeps a room's state up to date while it has listeners, for `useSyncExternalStore`. */
export class RoomStateStore<State> {
  readonly #source: RoomStateSource<State>;
  readonly #listeners = new Set<() => void>();
  #subscription: RoomSubscription | undefined;
  #view: RoomView<State> = { status: "loading", state: undefined, error: undefined };

  constructor(source: RoomStateSource<State>) {
    this.#source = source;
  }

  readonly view = (): RoomView<State> => this.#view;

  readonly refetch = (): void => this.#subscription?.refetch();

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#subscription?.unsubscribe();
    };
  };

  #start(): void {
    this.#subscription = this.#source.follow({
      fetchFirst: true,
      refetch: (reset, signal) => this.#fetch(reset, signal),
      onEvent: (event) => this.#apply(event),
      onRefused: (error) => this.#show({ ...this.#view, status: "refused", error }),
    });
  }

  async #fetch(reset: Reset, signal: AbortSignal): Promise<void> {
    this.#markStale(this.#view.error);
    try {
      const state = await this.#source.fetch(reset, signal);
      if (!signal.aborted) this.#show({ status: "ready", state, error: undefined });
    } catch (error) {
      if (!signal.aborted) this.#markStale(error);
      throw error;
    }
  }

  #markStale(error: unknown): void {
    const { status, state } = this.#view;
    if (status === "ready" || status === "stale") this.#show({ status: "stale", state, error });
    else this.#show({ status: "loading", state, error });
  }

  /**
   * Runs only after a fetch.
   * The subscription drops earlier events, and holds later ones while it fetches again.
   */
  #apply(event: EventEnvelope): void {
    if (this.#view.status !== "ready") return;
    this.#show({ ...this.#view, state: this.#source.reduce(this.#view.state, event) });
  }

  #show(view: RoomView<State>): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}
