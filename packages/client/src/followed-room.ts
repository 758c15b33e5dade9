import type { EventEnvelope, Filters, RoomReset, Subscribed, SubscribeInput } from "@roomcast/events";
import { type FilterMatcher, filterMatcher } from "@roomcast/protocol";
import { type Content, Delivery } from "./delivery.ts";
import { clientError, type RoomcastError } from "./roomcast-error.ts";
import type { Settings } from "./settings.ts";
import { Subscriber } from "./subscriber.ts";
import type { SubscribeOptions } from "./subscription.ts";

/** One followed room: its subscribers, their position, and the state of the server's subscription. */
export class FollowedRoom {
  readonly name: string;
  /** Whether a command for this room is in flight, or waits to be sent again. */
  isBusy = false;
  /** How many commands for this room failed in a row. */
  failures = 0;
  readonly #settings: Settings;
  readonly #subscribers = new Set<Subscriber>();
  #filters: Filters | undefined;
  /** The server did not apply these filters to an event that came through another room, so the client applies them. */
  #passes: FilterMatcher = () => true;
  /** The server's confirmation of the subscription with the current filters. */
  #subscribed: Subscribed | undefined;
  /** Whether the server may deliver the room: a `subscribe` was sent and no `unsubscribe` was confirmed. */
  #mayBeIn = false;
  /** Whether the server has revoked the room. The client does not ask for it again on this connection. */
  #isRevoked = false;
  /** Whether the filters changed while a `subscribe` was in flight. */
  #isOutdated = false;
  /**
   * Whether this session has received events after the stored position that nothing here handled: they came
   * through other rooms, or to a subscription that ended. The server sends an event to a session once, so a
   * `since` would not bring them again.
   */
  #hasGap = false;
  /** The position up to which the subscribers have received everything. */
  #delivered: string | undefined;
  /** The last positions that were delivered, and handled, before the server's confirmation. */
  #early: { delivered?: string; handled?: string } = {};

  constructor(name: string, settings: Settings) {
    this.name = name;
    this.#settings = settings;
  }

  /** Whether it has subscribers. */
  get isWanted(): boolean {
    return this.#subscribers.size > 0;
  }

  get hasGap(): boolean {
    return this.#hasGap;
  }

  get mustEnter(): boolean {
    return this.isWanted && this.#subscribed === undefined && !this.#isRevoked;
  }

  /** Every connection is always in `global` and `user:<id>`, so they are never left. */
  get mustLeave(): boolean {
    return !this.isWanted && this.#mayBeIn && !/^(global$|user:)/.test(this.name);
  }

  /** Adds a subscriber. Throws `conflicting_filters` if other subscribers have different filters. */
  add(options: SubscribeOptions, leave: (subscriber: Subscriber) => void): Subscriber {
    if (keyOf(options.filters) !== keyOf(this.#filters)) this.#changeFilters(options.filters);
    this.#isRevoked = false;
    const subscriber = new Subscriber(this.name, options, this.#settings, leave);
    this.#subscribers.add(subscriber);
    if (this.#subscribed !== undefined) subscriber.start(this.#subscribed);
    return subscriber;
  }

  remove(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    const reason = clientError("unsubscribed", `${this.name}: the subscription has ended`);
    const hasUnhandled = subscriber.close(reason, this.isWanted);
    if (this.isWanted) return;
    this.#delivered = undefined;
    if (hasUnhandled) this.lose();
  }

  /** Call when an event arrived that no subscriber has handled. */
  lose(): void {
    this.#hasGap = true;
    // The next subscriber must not continue as if nothing had been missed.
    this.#subscribed = undefined;
  }

  removeAll(): void {
    for (const subscriber of this.#subscribers) this.remove(subscriber);
  }

  /** Delivers an event to the subscribers if it passes the filters. */
  deliver(event: EventEnvelope, position: string): void {
    if (this.#passes(event.data)) this.#deliver({ event, position }, position);
  }

  /** Makes the subscribers fetch the room's state again. */
  reset({ room, reason, position }: RoomReset): void {
    if (this.isWanted) this.#deliver({ reset: { room, reason } }, position);
    else this.lose();
    if (reason !== "access") return;
    this.left();
    this.#isRevoked = true;
  }

  /** Call when a new session began. It has no subscriptions and has received nothing. */
  reconnected(): void {
    this.left();
    this.#isRevoked = false;
    this.#hasGap = false;
  }

  /** Call when the server no longer delivers the room. */
  left(): void {
    this.#subscribed = undefined;
    this.#mayBeIn = false;
  }

  /** Returns the input of the next `subscribe`. */
  entering(): SubscribeInput {
    this.#mayBeIn = true;
    this.#isOutdated = false;
    this.#early = {};
    const since = this.#hasGap ? undefined : (this.#delivered ?? this.#settings.positions.get(this.name));
    return {
      room: this.name,
      ...(since === undefined ? {} : { since }),
      ...(this.#filters === undefined ? {} : { filters: this.#filters }),
    };
  }

  /** Call when the server has confirmed the room, after it sent the missed events. */
  entered(subscribed: Subscribed): void {
    if (!this.isWanted || this.#isOutdated) return;
    const { delivered, handled } = this.#early;
    const reset: Content = { reset: { room: this.name, reason: "gap" } };
    const hasGap = this.#hasGap;
    this.#hasGap = false;
    this.#subscribed = subscribed;
    this.#delivered = delivered;
    if (hasGap) this.#deliver(reset, delivered ?? subscribed.position);
    // An event before the confirmation may have a newer position than the confirmation.
    else if (delivered === undefined) this.#deliver({ checkpoint: true }, subscribed.position);
    else if (handled !== undefined) this.#store(handled);
    for (const subscriber of this.#subscribers) subscriber.start(subscribed);
  }

  /** Call when the server refuses the room. It ends the subscriptions. */
  refused(error: RoomcastError): void {
    this.left();
    const refused = [...this.#subscribers];
    this.#subscribers.clear();
    for (const subscriber of refused) subscriber.refused(error);
  }

  #changeFilters(filters: Filters | undefined): void {
    if (this.isWanted) {
      throw clientError("conflicting_filters", `${this.name}: other subscriptions have different filters`);
    }
    this.#filters = filters;
    this.#passes = filterMatcher(filters ?? {});
    this.#subscribed = undefined;
    this.#isOutdated = true;
  }

  #deliver(content: Content, position: string): void {
    if (this.#subscribed === undefined) this.#early.delivered = position;
    else this.#delivered = position;
    const delivery = new Delivery(content, this.#subscribers.size, () => this.#store(position));
    for (const subscriber of [...this.#subscribers]) subscriber.take(delivery);
  }

  /**
   * Stores a position, but only after the confirmation. Before it, an event through another room may be newer
   * than the missed events that are still to come. After a page load, its position would skip them.
   */
  #store(position: string): void {
    if (this.#subscribed === undefined) this.#early.handled = position;
    else this.#settings.positions.set(this.name, position);
  }
}

/** Equal for filters with the same fields and conditions, in any order of fields. */
function keyOf(filters: Filters = {}): string {
  return JSON.stringify(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
