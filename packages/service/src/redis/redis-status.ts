import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import type { RedisTrouble } from "./redis-trouble.ts";
import { RedisUnavailableError } from "./redis-unavailable-error.ts";

/** An outage shorter than this makes the process not unready: its connections are mended before that matters. */
const unreadyAfterMs = 2_000;
/** An outage is over when there was no trouble for so long; a server that comes and goes is one outage. */
const settleMs = 1_000;

/** A Redis that had a replica so recently is one that has lost it, and not one without. */
const replicaRememberedMs = 600_000;

interface Outage {
  sinceMs: number;
  /** The last reason. */
  text: string;
  /** Reasons that have been logged. */
  told: Set<string>;
}

/** What the status needs of a connection. */
interface Closable {
  close(): Promise<void>;
}

/**
 * How the connections of one process to Redis fare, as one: it logs a line for each change (lost or refused and why,
 * connected again) however many connections see it, and says whether the process can work.
 */
export class RedisStatus {
  /** Resolves if the process cannot start, because of something that waiting does not mend. */
  readonly failed: Promise<StartError>;
  readonly #logger: Pick<Logger, "info" | "warn">;
  #fail!: (error: StartError) => void;
  readonly #connections = new Set<Closable>();
  /** Names of connections that do not serve now. */
  readonly #down = new Set<string>();
  #outage: Outage | undefined;
  #wasConnected = false;
  #isStarted = false;
  #replicaSeenAtMs = Number.NEGATIVE_INFINITY;
  #settling: NodeJS.Timeout | undefined;

  constructor(logger: Pick<Logger, "info" | "warn">) {
    this.#logger = logger;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** A status for one who wants to be told of trouble, and of nothing else. */
  static telling(onError: (error: Error) => void): RedisStatus {
    return new RedisStatus({
      warn: (_context: unknown, message?: string) => onError(new RedisUnavailableError(message)),
      info: () => undefined,
    });
  }

  /** Why the process cannot work now, in a sentence; undefined if it can, or if the trouble is only seconds old. */
  get reason(): string | undefined {
    if (this.#outage === undefined) return this.#wasConnected ? undefined : "Redis has not answered yet";
    const isLong = !this.#wasConnected || performance.now() - this.#outage.sinceMs > unreadyAfterMs;
    return isLong ? this.#outage.text : undefined;
  }

  /** Whether there is trouble, however young, that has been logged. */
  get isTroubled(): boolean {
    return this.#outage !== undefined;
  }

  /** Throws the reason why the process cannot work now. */
  check(): void {
    if (this.reason !== undefined) throw new RedisUnavailableError(this.reason);
  }

  /** Whether a connection saw a replica of Redis in the last ten minutes. */
  get hadReplica(): boolean {
    return performance.now() - this.#replicaSeenAtMs < replicaRememberedMs;
  }

  /** A connection sees a replica online. */
  sawReplica(): void {
    this.#replicaSeenAtMs = performance.now();
  }

  /** The process has started: from now on no trouble ends it. */
  started(): void {
    this.#isStarted = true;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  /** A connection begins to connect. */
  add(name: string, connection: Closable): void {
    this.#connections.add(connection);
    this.#down.add(name);
  }

  /** A connection has ended for good. */
  remove(name: string, connection: Closable): void {
    this.#connections.delete(connection);
    this.#down.delete(name);
    if (this.#connections.size === 0) this.#stopSettling();
  }

  /** A connection serves, at an address. */
  serves(name: string, address: string): void {
    this.#down.delete(name);
    if (this.#down.size > 0) return;
    if (!this.#wasConnected) return this.#connected(address);
    if (this.#outage === undefined) return;
    this.#settling ??= setTimeout(() => this.#connected(address), settleMs).unref();
  }

  /** A connection does not serve; with `retryInMs`, it is made again after that time. */
  troubled(name: string, address: string, trouble: RedisTrouble, retryInMs?: number): void {
    this.#stopSettling();
    this.#down.add(name);
    const text = `Redis at ${address}: ${trouble.message}`;
    if (trouble.remedy === "give-up" && !this.#isStarted)
      this.#fail(new StartError(text, { cause: trouble }));
    this.#outage ??= { sinceMs: performance.now(), text, told: new Set() };
    this.#outage.text = text;
    if (this.#outage.told.has(text)) return;
    this.#outage.told.add(text);
    const next =
      retryInMs === undefined
        ? "asking again every second"
        : `connecting again in ${Math.round(retryInMs)} ms`;
    this.#logger.warn({ connection: name, redis: address }, `${text}; ${next}`);
  }

  #stopSettling(): void {
    clearTimeout(this.#settling);
    this.#settling = undefined;
  }

  #connected(address: string): void {
    this.#stopSettling();
    const outage = this.#outage;
    this.#outage = undefined;
    this.#wasConnected = true;
    const after = outage && `again after ${((performance.now() - outage.sinceMs) / 1_000).toFixed(1)} s`;
    this.#logger.info(
      { redis: address },
      ["connected to Redis at", address, after].filter(Boolean).join(" "),
    );
  }
}
