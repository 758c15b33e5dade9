import type { Appended, AppendRequest, EventLog } from "@roomcast/event-log";
import { type EventData, type EventType, formatPosition, inItem, toProtocolError } from "@roomcast/events";
import { v7 } from "uuid";
import { prepareEvent } from "./prepare-event.ts";
import type { PublishOptions } from "./publish-options.ts";
import type { Published, PublishResult } from "./published.ts";

/** Options that a test or an embedding application may replace. */
export interface BroadcasterOptions {
  /** The clock of the events' timestamps, in milliseconds since 1970. */
  now?: () => number;
  /** Creates event ids, which are unique and ordered by time. Default UUID v7. */
  newId?: () => string;
  /** The largest envelope, in bytes of JSON. Default 65,536. */
  maxEventBytes?: number;
}

/** The part of the event log that publishing uses. */
export type PublishingLog = Pick<EventLog, "append" | "appendAll">;

/** An event that is validated and routed but not yet in the log. */
export type PreparedEvent = Readonly<AppendRequest>;

/** One event of a batch. */
export type PublishItem<T extends EventType = EventType> = {
  [K in T]: { type: K; data: EventData<K> } & PublishOptions;
}[T];

/** Validates events, finds their rooms and appends them to the log. */
export class EventPublisher {
  readonly #log: PublishingLog;
  readonly #options: Required<BroadcasterOptions>;

  constructor(log: PublishingLog, options: BroadcasterOptions = {}) {
    this.#log = log;
    this.#options = { now: Date.now, newId: () => v7(), maxEventBytes: 65_536, ...options };
  }

  /**
   * Publishes one event. Events are appended in the order of the calls or not at all, whether awaited or not.
   * Rejects with `unknown_event`, `invalid_event`, `invalid_room`, `invalid_command` (for an option),
   * `payload_too_large`, or an error of the log.
   */
  async publish<T extends EventType>(
    type: T,
    data: EventData<T>,
    options?: PublishOptions,
  ): Promise<Published> {
    return this.commit(this.prepare(type, data, options));
  }

  /**
   * Publishes up to 256 events at once, in this order and with no other event between them. Nothing is
   * written if one is invalid or they exceed 2 MiB together (`payload_too_large`). An error of the log
   * applies to all of them, except `idempotency_conflict`, which applies to one event.
   */
  async publishMany(items: readonly PublishItem[]): Promise<PublishResult[]> {
    return this.commitAll(this.prepareMany(items));
  }

  /**
   * Validates and routes an untrusted event without writing it.
   * Throws the errors with which `publish` rejects.
   */
  prepare(type: unknown, data: unknown, options: PublishOptions = {}): PreparedEvent {
    return prepareEvent({ type, data, options }, this.#options);
  }

  /** Prepares a batch. The error names the index of the first invalid item. */
  prepareMany(items: readonly ({ type: unknown; data: unknown } & PublishOptions)[]): PreparedEvent[] {
    return items.map(({ type, data, ...options }, index) =>
      inItem(`events[${index}]`, () => this.prepare(type, data, options)),
    );
  }

  /** Appends a prepared event. Rejects with the log's error. */
  async commit(event: PreparedEvent): Promise<Published> {
    return toPublished(await this.#log.append(event));
  }

  /** Appends prepared events as one batch and returns the outcome of each. Rejects if they are too many. */
  async commitAll(events: readonly PreparedEvent[]): Promise<PublishResult[]> {
    const settled = await this.#log.appendAll(events);
    return settled.map((outcome) =>
      outcome.status === "fulfilled"
        ? { ok: true, published: toPublished(outcome.value) }
        : { ok: false, error: toProtocolError(outcome.reason) },
    );
  }
}

function toPublished({ id, position, duplicate }: Appended): Published {
  return { id, position: formatPosition(position), duplicate };
}
