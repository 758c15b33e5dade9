import type { Connection } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { whenTaken } from "./when-taken.ts";

const firstPortion = 65_536;
const leastPortion = 16_384;
const mostPortion = 262_144;

/** Portions grow while they are read sooner than this, and shrink when they are read later than that. */
const [soonMs, lateMs] = [250, 1_000];

/**
 * Writes the past to one connection in portions, and the next only when the client has read those before. So pings get
 * through on a slow link, a client that does not read takes no memory, and one that breaks off has got on. A portion is as
 * large as the client reads in about a second, and has one event at least.
 */
export class PortionWriter {
  readonly #connection: Connection;
  readonly #takeTimeoutMs: number;
  readonly #largest: number;
  #size: number;

  /** `takeTimeoutMs`: a client that has not read a portion by then is cut. */
  constructor(connection: Connection, takeTimeoutMs: number) {
    this.#connection = connection;
    this.#takeTimeoutMs = takeTimeoutMs;
    this.#largest = Math.min(mostPortion, connection.bounds.maxQueuedBytes / 2);
    this.#size = Math.min(firstPortion, this.#largest);
  }

  /**
   * Writes items in order; `toFrame` makes each one's frame when its turn comes, or leaves it out. Resolves with whether
   * all are written: false if the connection has ended, or more live entries came for it than can wait.
   */
  async write<Item>(items: readonly Item[], toFrame: (item: Item) => Frame | undefined): Promise<boolean> {
    let portion: Frame[] = [];
    let bytes = 0;
    for (const item of items) {
      const frame = toFrame(item);
      if (frame === undefined) continue;
      const { length } = frame.for(this.#connection.supportsDeflate);
      if (portion.length > 0 && bytes + length > this.#size) {
        if (!(await this.#writePortion(portion, bytes))) return false;
        [portion, bytes] = [[], 0];
      }
      portion.push(frame);
      bytes += length;
    }
    return portion.length === 0 ? this.#mayGoOn() : this.#writePortion(portion, bytes);
  }

  /** Writes live entries that wait, until so few are left that they may be written at once. */
  async writeHeld(toFrame: (entry: ReturnType<Held["take"]>[number]) => Frame | undefined): Promise<boolean> {
    const { held } = this.#connection;
    while (held !== undefined && held.bytes > this.#size)
      if (!(await this.write(held.take(this.#size), toFrame))) return false;
    return this.#mayGoOn();
  }

  async #writePortion(portion: readonly Frame[], bytes: number): Promise<boolean> {
    const { backfillBytes, waitingBytes } = this.#connection;
    const isUnread = backfillBytes > 0 && backfillBytes + bytes > this.#size;
    if ((isUnread || waitingBytes > this.#size) && !(await this.#isTaken())) return false;
    this.#connection.writeBackfill(portion);
    return this.#mayGoOn();
  }

  async #isTaken(): Promise<boolean> {
    const startedMs = performance.now();
    const bounds = { timeoutMs: this.#takeTimeoutMs, maxWaiting: this.#size };
    if (!(await whenTaken(this.#connection, bounds))) return false;
    const tookMs = performance.now() - startedMs;
    if (tookMs < soonMs) this.#size = Math.min(this.#largest, this.#size * 2);
    else if (tookMs > lateMs) this.#size = Math.min(this.#largest, Math.max(leastPortion, this.#size / 2));
    return this.#mayGoOn();
  }

  #mayGoOn(): boolean {
    const { engine, held } = this.#connection;
    return engine.readyState === "open" && held?.hasOverflowed !== true;
  }
}

type Held = NonNullable<Connection["held"]>;
