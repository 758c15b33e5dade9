import type { ConnectionLeases } from "./connection-leases.ts";

/** The places of one process; they end with their connections. */
export class MemoryConnectionLeases implements ConnectionLeases {
  readonly #places = new Map<string, Set<string>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  async acquire(userId: string, sessionId: string): Promise<boolean> {
    const places = this.#places.get(userId) ?? new Set();
    if (!places.has(sessionId) && places.size >= this.#max) return false;
    this.#places.set(userId, places.add(sessionId));
    return true;
  }

  async release(userId: string, sessionId: string): Promise<void> {
    const places = this.#places.get(userId);
    places?.delete(sessionId);
    if (places?.size === 0) this.#places.delete(userId);
  }

  async renew(): Promise<void> {
    // Nothing expires here.
  }
}
