import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { Publication, Random } from "@roomcast/testkit";
import { tags } from "./rooms.ts";

/** One event on its way to the log. A retry sends it unchanged. */
export interface Outgoing {
  id: string;
  key: string;
  rooms: readonly RoomName[];
  data: Record<string, unknown>;
}

/** Appends an event to the log and resolves with the acknowledgement. Rejects with a `ProtocolError`. */
export type Send = (event: Outgoing) => Promise<{ id: string; position: string }>;

/** A failed attempt to publish. */
export interface FailedAttempt {
  code: string;
  retryable: boolean;
  tookMs: number;
}

export interface PublishersOptions {
  send: Send;
  rooms: readonly RoomName[];
  /** Events per second, over all publishers. */
  rate: number;
  random: Random;
  /** Added to the data of every event, to make it larger. */
  padding?: string;
  /** Prefix of every key, if a run has several `Publishers`. */
  keyPrefix?: string;
  /** Each event goes to exactly one of the rooms, none to two rooms or to `global`. */
  isPlain?: boolean;
}

const publishers = 20;
const lookBackMs = 3_000;
/** How long publishers still retry after they were told to stop. */
const giveUpAfterMs = 30_000;

/**
 * Several publishers. Each publishes one event after the other. It waits for the acknowledgement and retries
 * with the same idempotency key until it arrives.
 */
export class Publishers {
  /** All publications, by idempotency key. */
  readonly publications = new Map<string, Publication>();
  readonly failures: FailedAttempt[] = [];
  readonly #options: PublishersOptions;
  readonly #recent: { position: string; atMs: number }[] = [];
  #running: Promise<void>[] = [];
  #stopAtMs = Number.POSITIVE_INFINITY;

  constructor(options: PublishersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = Array.from({ length: publishers }, (_, lane) =>
      this.#run(lane, this.#options.random.fork()),
    );
  }

  /** Stops all retries at once. */
  end(): void {
    this.#stopAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Resolves when all begun events are acknowledged, or after half a minute. */
  async stop(): Promise<void> {
    this.#stopAtMs = Math.min(this.#stopAtMs, performance.now());
    await Promise.all(this.#running);
  }

  /** Publishes one event with retries until it is acknowledged. */
  async publish(
    key: string,
    rooms: readonly RoomName[],
    tag: string = tags[0],
    padding = this.#options.padding,
  ): Promise<Publication> {
    const publication: Publication = { key, rooms, tag, sentAtMs: performance.now() };
    this.publications.set(key, publication);
    const event = { id: randomUUID(), key, rooms, data: dataOf(key, tag, padding) };
    const startedAtMs = performance.now();
    const mayRetry = () => performance.now() < Math.max(startedAtMs, this.#stopAtMs) + giveUpAfterMs;
    while (this.#stopAtMs !== Number.NEGATIVE_INFINITY && mayRetry()) {
      if (await this.#attempt(event, publication)) break;
    }
    return publication;
  }

  /** Refusals for which a retry does not help. There must be none. */
  get refusals(): string[] {
    const codes = new Set(this.failures.filter(({ retryable }) => !retryable).map(({ code }) => code));
    return [...codes].map((code) => `publishing was refused with ${code}`);
  }

  /** A position that was acknowledged a moment ago. */
  pastPosition(random: Random): string | undefined {
    const since = performance.now() - lookBackMs;
    while (this.#recent[0] !== undefined && this.#recent[0].atMs < since) this.#recent.shift();
    return this.#recent.length === 0 ? undefined : random.pick(this.#recent).position;
  }

  async #run(lane: number, random: Random): Promise<void> {
    const pauseMs = (publishers * 1_000) / this.#options.rate;
    let dueAtMs = performance.now() + random.next() * pauseMs;
    for (let n = 0; ; n++) {
      await delay(Math.max(0, dueAtMs - performance.now()));
      if (performance.now() >= this.#stopAtMs) return;
      await this.publish(
        `${this.#options.keyPrefix ?? ""}${lane}-${n}`,
        this.#roomsFor(lane, n, random),
        random.pick(tags),
      );
      // After an outage the publishers continue at the normal rate, without making up for lost time.
      dueAtMs = Math.max(dueAtMs + pauseMs, performance.now());
    }
  }

  /** Mostly one room, sometimes two, rarely `global`. */
  #roomsFor(lane: number, n: number, random: Random): RoomName[] {
    const { rooms, isPlain = false } = this.#options;
    if (isPlain) return [random.pick(rooms)];
    if (lane === 0 && n % 10 === 0) return ["global"];
    return random.sample(rooms, random.next() < 0.1 ? 2 : 1);
  }

  /** Returns whether this was the last attempt. */
  async #attempt(event: Outgoing, publication: Publication): Promise<boolean> {
    const startedAtMs = performance.now();
    try {
      const { id, position } = await this.#options.send(event);
      const atMs = performance.now();
      publication.ack = { id, position, atMs };
      this.#recent.push({ position, atMs });
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { code, retryable } = error;
      this.failures.push({ code, retryable, tookMs: performance.now() - startedAtMs });
      await delay(this.#options.random.between(50, 150));
      return !retryable;
    }
  }
}

function dataOf(key: string, tag: string, padding: string | undefined): Record<string, unknown> {
  const changes = padding === undefined ? { key } : { key, padding };
  return { projectId: "f0", projectName: "Faults", status: "active", updatedBy: tag, changes };
}
