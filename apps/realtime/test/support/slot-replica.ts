import type {
  ConnectionSlots,
  LostSlot,
  SlotChange,
  SlotHolder,
} from "../../src/sessions/connection-slots.ts";

/** What a replica does with its slots, by hand: who connects, who leaves, and what each renewal finds. */
export class SlotReplica {
  readonly #slots: ConnectionSlots;
  readonly #held = new Map<string, SlotHolder>();
  #handled: LostSlot[] = [];

  constructor(slots: ConnectionSlots) {
    this.#slots = slots;
  }

  /** The sessions that are connected here. */
  get connected(): string[] {
    return [...this.#held.keys()].sort();
  }

  /** Resolves with the replicas that have lost sessions. */
  async connect(userId: string, id: string, replaces?: string): Promise<readonly string[]> {
    const losers = await this.#slots.acquire({ userId, id }, replaces);
    this.#held.set(id, { userId, id });
    return losers;
  }

  async disconnect(id: string): Promise<void> {
    const holder = this.#held.get(id);
    this.#held.delete(id);
    if (holder !== undefined) await this.#slots.release(holder);
  }

  /** As a connection that ends without Redis hearing of it. */
  forget(id: string): void {
    this.#held.delete(id);
  }

  /** Ends the sessions that have lost their slots, and says which and why. */
  async renew(changes: SlotChange[] = []): Promise<string[]> {
    const lost = await this.#slots.renew({
      changes,
      handled: this.#handled,
      holders: () => [...this.#held.values()],
      holds: (id) => this.#held.has(id),
    });
    this.#handled = lost;
    for (const { sessionId } of lost) this.#held.delete(sessionId);
    return lost.map(({ sessionId, reason }) => `${sessionId} ${reason}`).sort();
  }
}
