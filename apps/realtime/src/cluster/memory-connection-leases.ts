import type { ConnectionLeases } from "./connection-leases.ts";

/** The places of one process; they end with their connections. */
export class MemoryConnectionLeases implements ConnectionLeases {
  /** Arrays, because most users have one. */
  readonly #places = new Map<string, readonly string[]>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  async acquire(userId: string, sessionId: string): Promise<boolean> {
    const places = this.#places.get(userId) ?? [];
    if (places.includes(sessionId)) return true;
    if (places.length >= this.#max) return false;
    this.#places.set(userId, places.concat(sessionId));
    return true;
  }

  async release(userId: string, sessionId: string): Promise<void> {
    const others = this.#places.get(userId)?.filter((place) => place !== sessionId) ?? [];
    if (others.length === 0) this.#places.delete(userId);
    else this.#places.set(userId, others);
  }

  async renew(): Promise<void> {
    // Nothing expires here.
  }
}
