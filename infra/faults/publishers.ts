import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { Publication, Random } from "@roomcast/testkit";
import { tags } from "./rooms.ts";

/** One event on its way to the log; a retry is sent as it is. */
export interface Outgoing {
  id: string;
  key: string;
  rooms: readonly RoomName[];
  data: Record<string, unknown>;
}

/** Brings an event into the log and answers with what the log acknowledged; rejects with a `ProtocolError`. */
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
  /** Put into the data of every event, to make it larger. */
  padding?: string;
  /** Put before every key, where there are more publishers than these. */
  keyPrefix?: string;
  /** Each event goes to one of the rooms, and nothing to two of them or to everyone. */
  isPlain?: boolean;
}

const publishers = 20;
const lookBackMs = 3_000;
/** Tries again this long after the publishers were told to stop. */
const patienceMs = 30_000;

/**
 * Publishers that each publish one event after the other, waiting for its acknowledgement and trying again with the same
 * idempotency key until it comes.
 */
export class Publishers {
  /** Everything that was published, by idempotency key. */
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

  /** Has nothing more be tried. */
  end(): void {
    this.#stopAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Resolves when what was begun is acknowledged, or given up after half a minute. */
  async stop(): Promise<void> {
    this.#stopAtMs = Math.min(this.#stopAtMs, performance.now());
    await Promise.all(this.#running);
  }

  /** Publishes one event, trying again until it is acknowledged. */
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
    const isPatient = () => performance.now() < Math.max(startedAtMs, this.#stopAtMs) + patienceMs;
    while (this.#stopAtMs !== Number.NEGATIVE_INFINITY && isPatient()) {
      if (await this.#attempt(event, publication)) break;
    }
    return publication;
  }

  /** Refusals that no retry could change: there must be none. */
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
      // After an outage the publishers go on; they do not make up for it.
      dueAtMs = Math.max(dueAtMs + pauseMs, performance.now());
    }
  }

  /** Mostly one room, now and then two, rarely everybody's. */
  #roomsFor(lane: number, n: number, random: Random): RoomName[] {
    const { rooms, isPlain = false } = this.#options;
    if (isPlain) return [random.pick(rooms)];
    if (lane === 0 && n % 10 === 0) return ["global"];
    return random.sample(rooms, random.next() < 0.1 ? 2 : 1);
  }

  /** Whether this was the last attempt. */
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
