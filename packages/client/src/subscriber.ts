import type { Subscribed } from "@roomcast/events";
import { Delivery } from "./delivery.ts";
import { handlerOf } from "./handler-of.ts";
import { pause } from "./pause.ts";
import { clientError, type RoomcastError } from "./roomcast-error.ts";
import type { Settings } from "./settings.ts";
import type { Reset, RoomSubscription, SubscribeOptions } from "./subscription.ts";

/** One subscription. It passes its events and resets to the application, each when the one before is done. */
export class Subscriber implements RoomSubscription {
  readonly room: string;
  readonly ready: Promise<Subscribed>;
  readonly #options: SubscribeOptions;
  readonly #settings: Settings;
  readonly #leave: (self: Subscriber) => void;
  readonly #end = new AbortController();
  #waiting: Delivery[] = [];
  /** The delivery whose handler or refetch has returned a pending promise. */
  #awaited: Delivery | undefined;
  #isHandling = false;
  #isStarted: boolean;
  #confirm!: (subscribed: Subscribed) => void;
  #refuse!: (error: unknown) => void;

  constructor(
    room: string,
    options: SubscribeOptions,
    settings: Settings,
    leave: (self: Subscriber) => void,
  ) {
    this.room = room;
    this.#options = options;
    this.#settings = settings;
    this.#leave = leave;
    this.#isStarted = options.fetchFirst !== true;
    this.ready = new Promise((resolve, reject) => {
      this.#confirm = resolve;
      this.#refuse = reject;
    });
    // The application need not await it, because `onError` reports a refusal too.
    this.ready.catch(() => undefined);
  }

  /** Call when the server has confirmed the room. */
  start(subscribed: Subscribed): void {
    this.#confirm(subscribed);
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#fetch("initial");
  }

  refetch(): void {
    if (this.#isStarted) this.#fetch("requested");
  }

  unsubscribe(): void {
    this.#leave(this);
  }

  /** Handles a delivery when those before it are done. Ignores it before the start and after the end. */
  take(delivery: Delivery): void {
    if (!this.#isStarted || this.#end.signal.aborted) return delivery.settle(true);
    if (this.#waiting.length >= this.#settings.maxWaiting) this.#waiting = [this.#replaceAll(delivery)];
    else this.#waiting.push(delivery);
    this.#run();
  }

  /**
   * Ends the subscription. Other subscribers still handle its pending deliveries.
   * Returns whether any are lost.
   */
  close(reason: RoomcastError, doOthersRemain: boolean): boolean {
    const unhandled = this.#awaited === undefined ? this.#waiting : [this.#awaited, ...this.#waiting];
    this.#waiting = [];
    this.#end.abort();
    this.#refuse(reason);
    if (doOthersRemain) for (const delivery of unhandled) delivery.settle(true);
    return !doOthersRemain && unhandled.some(isOfRoom);
  }

  refused(error: RoomcastError): void {
    this.close(error, false);
    try {
      this.#options.onRefused?.(error);
    } catch (failure) {
      this.#settings.onError(failure);
    }
  }

  #fetch(reason: Reset["reason"]): void {
    this.take(new Delivery({ reset: { room: this.room, reason } }, 1, () => undefined));
  }

  /** Returns a reset for all waiting deliveries: a refetch after the newest one makes up for them. */
  #replaceAll(newest: Delivery): Delivery {
    if ("reset" in newest.content) return newest;
    const reset: Reset = { room: this.room, reason: "overflow" };
    return new Delivery({ reset }, 1, () => newest.settle(true));
  }

  #run(): void {
    while (!this.#isHandling && this.#awaited === undefined) {
      const delivery = this.#waiting.shift();
      if (delivery === undefined) return;
      this.#handle(delivery);
    }
  }

  #handle(delivery: Delivery): void {
    this.#isHandling = true;
    try {
      const result = this.#callHandler(delivery);
      if (isPromise(result)) this.#await(delivery, result);
      else delivery.settle(true);
    } catch (error) {
      this.#settings.onError(error);
      delivery.settle(false);
    } finally {
      this.#isHandling = false;
    }
  }

  #await(delivery: Delivery, result: PromiseLike<unknown>): void {
    this.#awaited = delivery;
    const done = (isHandled: boolean) => {
      this.#awaited = undefined;
      // After the end, `close` has already settled it.
      if (!this.#end.signal.aborted) delivery.settle(isHandled);
      this.#run();
    };
    result.then(
      () => done(true),
      (error: unknown) => {
        this.#settings.onError(error);
        done(false);
      },
    );
  }

  #callHandler({ content }: Delivery): unknown {
    if ("reset" in content) return this.#refetchFor(content.reset);
    if ("checkpoint" in content) return;
    const { event, position } = content;
    const { onEvent, handlers } = this.#options;
    return (handlerOf(handlers, event.type) ?? onEvent)?.(event, position);
  }

  async #refetchFor(reset: Reset): Promise<void> {
    const { refetch } = this.#options;
    const { onError, retryDelayMs } = this.#settings;
    const { signal } = this.#end;
    if (refetch === undefined) {
      throw clientError(
        "unhandled_reset",
        `${reset.room}: events may be missing (${reset.reason}), and there is no refetch`,
      );
    }
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return void (await refetch(reset, signal));
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
      }
      if (reset.reason === "access") return;
      await pause(retryDelayMs(attempt), signal);
    }
  }
}

/** A reset that only this subscription asked for is no loss for later subscribers. */
function isOfRoom({ content }: Delivery): boolean {
  return !("reset" in content && /^(initial|requested)$/.test(content.reset.reason));
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
