import type { Connection } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { whenRead } from "./when-read.ts";

const firstPortion = 65_536;
const leastPortion = 16_384;
const mostPortion = 262_144;

/** A portion read sooner than this makes the next ones larger; one read later makes them smaller. */
const [soonMs, lateMs] = [250, 1_000];

/**
 * Writes a backfill to one connection in portions, the next only after the client has read those before. So
 * pings get through on a slow link, a client that does not read takes no memory, and a client that reconnects
 * keeps what it has read. A portion is what the client reads in about a second, and at least one event.
 */
export class PortionWriter {
  readonly #connection: Connection;
  readonly #takeTimeoutMs: number;
  readonly #largest: number;
  #size: number;

  /** The connection of a client that does not read a portion within `takeTimeoutMs` is closed. */
  constructor(connection: Connection, takeTimeoutMs: number) {
    this.#connection = connection;
    this.#takeTimeoutMs = takeTimeoutMs;
    this.#largest = Math.min(mostPortion, connection.bounds.maxQueuedBytes / 2);
    this.#size = Math.min(firstPortion, this.#largest);
  }

  /**
   * Writes items in order. `toFrame` makes the frame of an item when its turn comes, or drops the item.
   * Resolves with false if the connection has ended or its buffer has overflowed, otherwise with true.
   */
  async write<Item>(items: readonly Item[], toFrame: (item: Item) => Frame | undefined): Promise<boolean> {
    let portion: Frame[] = [];
    let bytes = 0;
    for (const item of items) {
      const frame = toFrame(item);
      if (frame === undefined) continue;
      const { length } = frame.bytes(this.#connection.supportsDeflate);
      if (portion.length > 0 && bytes + length > this.#size) {
        if (!(await this.#writePortion(portion, bytes))) return false;
        [portion, bytes] = [[], 0];
      }
      portion.push(frame);
      bytes += length;
    }
    return portion.length === 0 ? this.#mayContinue() : this.#writePortion(portion, bytes);
  }

  /** Writes buffered entries until few enough are left to be written at once. */
  async writeBuffered(
    toFrame: (entry: ReturnType<Buffered["take"]>[number]) => Frame | undefined,
  ): Promise<boolean> {
    const { buffered } = this.#connection;
    while (buffered !== undefined && buffered.bytes > this.#size)
      if (!(await this.write(buffered.take(this.#size), toFrame))) return false;
    return this.#mayContinue();
  }

  async #writePortion(portion: readonly Frame[], bytes: number): Promise<boolean> {
    const { backfillBytes, waitingBytes } = this.#connection;
    const isUnread = backfillBytes > 0 && backfillBytes + bytes > this.#size;
    if ((isUnread || waitingBytes > this.#size) && !(await this.#isRead())) return false;
    this.#connection.writeBackfill(portion);
    return this.#mayContinue();
  }

  async #isRead(): Promise<boolean> {
    const startedMs = performance.now();
    const bounds = { timeoutMs: this.#takeTimeoutMs, maxWaiting: this.#size };
    if (!(await whenRead(this.#connection, bounds))) return false;
    const tookMs = performance.now() - startedMs;
    if (tookMs < soonMs) this.#size = Math.min(this.#largest, this.#size * 2);
    else if (tookMs > lateMs) this.#size = Math.min(this.#largest, Math.max(leastPortion, this.#size / 2));
    return this.#mayContinue();
  }

  #mayContinue(): boolean {
    const { engine, buffered } = this.#connection;
    return engine.readyState === "open" && buffered?.hasOverflowed !== true;
  }
}

type Buffered = NonNullable<Connection["buffered"]>;
