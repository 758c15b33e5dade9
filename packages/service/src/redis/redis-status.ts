import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import type { RedisTrouble } from "./redis-trouble.ts";
import { RedisUnavailableError } from "./redis-unavailable-error.ts";

/**
 * A shorter outage does not make the process unready, because its connections recover before that matters.
 */
const unreadyAfterMs = 2_000;
/** An outage ends after this long without a failure. So a server that comes and goes causes one outage. */
const settleMs = 1_000;

/** A Redis that had a replica this recently has lost it. After that it counts as a Redis without replicas. */
const replicaRememberedMs = 600_000;

interface Outage {
  sinceMs: number;
  /** The latest reason. */
  text: string;
  /** Reasons that are already logged. */
  logged: Set<string>;
}

/** The part of a connection that the status uses. */
interface Closable {
  close(): Promise<void>;
}

/**
 * The common status of one process's connections to Redis. It logs one line for each change (lost or refused
 * and why, reconnected), however many connections see it. It says whether the process can work.
 */
export class RedisStatus {
  /** Resolves if the process cannot start for a reason that waiting does not solve. */
  readonly failed: Promise<StartError>;
  readonly #logger: Pick<Logger, "info" | "warn">;
  #fail!: (error: StartError) => void;
  readonly #connections = new Set<Closable>();
  /** Names of connections that are not serving now. */
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

  /** Creates a status that only reports failures to a callback. */
  static telling(onError: (error: Error) => void): RedisStatus {
    return new RedisStatus({
      warn: (_context: unknown, message?: string) => onError(new RedisUnavailableError(message)),
      info: () => undefined,
    });
  }

  /** Why the process cannot work now, in a sentence. Undefined if it can, or if the outage has just begun. */
  get reason(): string | undefined {
    if (this.#outage === undefined) return this.#wasConnected ? undefined : "Redis has not answered yet";
    const isLong = !this.#wasConnected || performance.now() - this.#outage.sinceMs > unreadyAfterMs;
    return isLong ? this.#outage.text : undefined;
  }

  /** Whether there is an outage. It is already logged. */
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

  /** Call when a connection sees an online replica. */
  sawReplica(): void {
    this.#replicaSeenAtMs = performance.now();
  }

  /** Call when the process has started. From then on no Redis failure ends it. */
  started(): void {
    this.#isStarted = true;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  /** Call when a connection begins to connect. */
  add(name: string, connection: Closable): void {
    this.#connections.add(connection);
    this.#down.add(name);
  }

  /** Call when a connection was closed for good. */
  remove(name: string, connection: Closable): void {
    this.#connections.delete(connection);
    this.#down.delete(name);
    if (this.#connections.size === 0) this.#stopSettling();
  }

  /** Call when a connection serves commands at an address. */
  serves(name: string, address: string): void {
    this.#down.delete(name);
    if (this.#down.size > 0) return;
    if (!this.#wasConnected) return this.#connected(address);
    if (this.#outage === undefined) return;
    this.#settling ??= setTimeout(() => this.#connected(address), settleMs).unref();
  }

  /** Call when a connection fails. With `retryInMs`, it reconnects after that time. */
  troubled(name: string, address: string, trouble: RedisTrouble, retryInMs?: number): void {
    this.#stopSettling();
    this.#down.add(name);
    const text = `Redis at ${address}: ${trouble.message}`;
    if (trouble.remedy === "give-up" && !this.#isStarted)
      this.#fail(new StartError(text, { cause: trouble }));
    this.#outage ??= { sinceMs: performance.now(), text, logged: new Set() };
    this.#outage.text = text;
    if (this.#outage.logged.has(text)) return;
    this.#outage.logged.add(text);
    const next =
      retryInMs === undefined ? "checking again every second" : `reconnecting in ${Math.round(retryInMs)} ms`;
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
