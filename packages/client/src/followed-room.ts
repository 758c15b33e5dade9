import type { EventEnvelope, Filters, RoomReset, Subscribed, SubscribeInput } from "@roomcast/events";
import { type FilterMatcher, filterMatcher } from "@roomcast/protocol";
import { type Content, Delivery } from "./delivery.ts";
import { clientError, type RoomcastError } from "./roomcast-error.ts";
import type { Settings } from "./settings.ts";
import { Subscriber } from "./subscriber.ts";
import type { SubscribeOptions } from "./subscription.ts";

/** One room: who follows it here, how far they have come, and what the server is known to do about it. */
export class FollowedRoom {
  readonly name: string;
  /** Whether a command about it is under way, or is to be sent again after a pause. */
  isBusy = false;
  /** Commands about it that failed in a row. */
  failures = 0;
  readonly #settings: Settings;
  readonly #subscribers = new Set<Subscriber>();
  #filters: Filters | undefined;
  /** An event that came through another room was not judged by these filters, so the client judges it. */
  #passes: FilterMatcher = () => true;
  /** The server's confirmation that it delivers the room, with the filters it now has. */
  #subscribed: Subscribed | undefined;
  /** The server may deliver the room: a `subscribe` was sent and no `unsubscribe` confirmed. */
  #mayBeIn = false;
  /** The server has taken the room away; it is not asked for it again on this connection. */
  #isRevoked = false;
  /** The filters were changed while the server was being asked. */
  #isOutdated = false;
  /**
   * Events after the stored position were given to this session, through other rooms or to a subscription that ended
   * before it had handled them. The server gives an event to a session once, so a `since` would not bring them.
   */
  #hasGap = false;
  /** Up to here the subscribers have been given everything. */
  #given: string | undefined;
  /** The last event that was given, and handled, before the server's confirmation. */
  #early: { given?: string; handled?: string } = {};

  constructor(name: string, settings: Settings) {
    this.name = name;
    this.#settings = settings;
  }

  /** Whether anybody follows it. */
  get isWanted(): boolean {
    return this.#subscribers.size > 0;
  }

  get hasGap(): boolean {
    return this.#hasGap;
  }

  get mustEnter(): boolean {
    return this.isWanted && this.#subscribed === undefined && !this.#isRevoked;
  }

  /** Every connection is in `global` and `user:<id>` anyway: they are never left. */
  get mustLeave(): boolean {
    return !this.isWanted && this.#mayBeIn && !/^(global$|user:)/.test(this.name);
  }

  /** Adds a subscriber; throws `conflicting_filters` if others follow the room with other filters. */
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
    const reason = clientError("unsubscribed", `${this.name}: the subscription was ended`);
    const hasUnhandled = subscriber.close(reason, this.isWanted);
    if (this.isWanted) return;
    this.#given = undefined;
    if (hasUnhandled) this.lose();
  }

  /** Something came that nobody here has handled. */
  lose(): void {
    this.#hasGap = true;
    // Whoever comes next must not go on as if nothing had been missed.
    this.#subscribed = undefined;
  }

  removeAll(): void {
    for (const subscriber of this.#subscribers) this.remove(subscriber);
  }

  /** Gives an event to the subscribers if it passes the filters. */
  deliver(event: EventEnvelope, position: string): void {
    if (this.#passes(event.data)) this.#give({ event, position }, position);
  }

  /** Lets the subscribers fetch the room's state again. */
  reset({ room, reason, position }: RoomReset): void {
    if (this.isWanted) this.#give({ reset: { room, reason } }, position);
    else this.lose();
    if (reason !== "access") return;
    this.left();
    this.#isRevoked = true;
  }

  /** A new session began: it is in no room that was asked for, and was given nothing. */
  reconnected(): void {
    this.left();
    this.#isRevoked = false;
    this.#hasGap = false;
  }

  /** The server does not deliver the room. */
  left(): void {
    this.#subscribed = undefined;
    this.#mayBeIn = false;
  }

  /** What to ask the server for. */
  entering(): SubscribeInput {
    this.#mayBeIn = true;
    this.#isOutdated = false;
    this.#early = {};
    const since = this.#hasGap ? undefined : (this.#given ?? this.#settings.positions.get(this.name));
    return {
      room: this.name,
      ...(since === undefined ? {} : { since }),
      ...(this.#filters === undefined ? {} : { filters: this.#filters }),
    };
  }

  /** The server has confirmed the room, and sent its past before that. */
  entered(subscribed: Subscribed): void {
    if (!this.isWanted || this.#isOutdated) return;
    const { given, handled } = this.#early;
    const reset: Content = { reset: { room: this.name, reason: "gap" } };
    const hasGap = this.#hasGap;
    this.#hasGap = false;
    this.#subscribed = subscribed;
    this.#given = given;
    if (hasGap) this.#give(reset, given ?? subscribed.position);
    // The position of an event that came before the confirmation may be newer than the confirmation's.
    else if (given === undefined) this.#give({ mark: true }, subscribed.position);
    else if (handled !== undefined) this.#keep(handled);
    for (const subscriber of this.#subscribers) subscriber.start(subscribed);
  }

  /** The server refuses the room: that ends its subscriptions. */
  refused(error: RoomcastError): void {
    this.left();
    const refused = [...this.#subscribers];
    this.#subscribers.clear();
    for (const subscriber of refused) subscriber.refused(error);
  }

  #changeFilters(filters: Filters | undefined): void {
    if (this.isWanted) {
      throw clientError("conflicting_filters", `${this.name}: is followed with other filters`);
    }
    this.#filters = filters;
    this.#passes = filterMatcher(filters ?? {});
    this.#subscribed = undefined;
    this.#isOutdated = true;
  }

  #give(content: Content, position: string): void {
    if (this.#subscribed === undefined) this.#early.given = position;
    else this.#given = position;
    const delivery = new Delivery(content, this.#subscribers.size, () => this.#keep(position));
    for (const subscriber of [...this.#subscribers]) subscriber.take(delivery);
  }

  /**
   * Before the confirmation, an event that came through another room may be newer than the past still to come: then a
   * position stored now would skip that past after a page load.
   */
  #keep(position: string): void {
    if (this.#subscribed === undefined) this.#early.handled = position;
    else this.#settings.positions.set(this.name, position);
  }
}

/** Equal for filters that are written alike, in whatever order of fields. */
function keyOf(filters: Filters = {}): string {
  return JSON.stringify(Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)));
}
