import { ProtocolError } from "@roomcast/events";
import {
  type ConnectionSlots,
  endedLatelyMs,
  type LostSlot,
  type SlotChange,
  type SlotHolder,
  type SlotLimit,
  type SlotReport,
} from "../sessions/connection-slots.ts";

interface Slot {
  sessionId: string;
  activeAtMs: number;
  isSilent: boolean;
}

/** The slots of one process; they end with their connections. */
export class MemoryConnectionSlots implements ConnectionSlots {
  readonly renewMs = 2_000;
  /** By user, the oldest first. Arrays, because most users have one slot. */
  readonly #slots = new Map<string, readonly Slot[]>();
  readonly #replicaId: string;
  readonly #limit: SlotLimit;
  #lost: LostSlot[] = [];
  /** When sessions were disconnected for others, the latest last. */
  readonly #endedAtMs = new Map<string, number>();

  constructor(replicaId: string, limit: SlotLimit) {
    this.#replicaId = replicaId;
    this.#limit = limit;
  }

  async acquire({ userId, id }: SlotHolder, replaces?: string): Promise<readonly string[]> {
    const slots = this.#slots.get(userId) ?? [];
    if (slots.some(({ sessionId }) => sessionId === id)) return [];
    const replaced = slots.filter(({ sessionId }) => sessionId === replaces);
    const kept = slots.filter((slot) => !replaced.includes(slot));
    const ended = this.#surplus(kept, [id, replaces]);
    this.#lost = this.#lost.filter(({ sessionId }) => sessionId !== id);
    const slot: Slot = { sessionId: id, activeAtMs: performance.now(), isSilent: false };
    this.#slots.set(userId, kept.filter((one) => !ended.includes(one)).concat(slot));
    this.#lose(replaced, "moved");
    this.#lose(ended, "full");
    for (const { sessionId, isSilent } of ended)
      if (!isSilent) this.#endedAtMs.set(sessionId, performance.now()); // The others did not receive it.
    return replaced.length + ended.length === 0 ? [] : [this.#replicaId];
  }

  async release({ userId, id }: SlotHolder): Promise<void> {
    const others = this.#slots.get(userId)?.filter(({ sessionId }) => sessionId !== id) ?? [];
    if (others.length === 0) this.#slots.delete(userId);
    else this.#slots.set(userId, others);
  }

  async renew({ changes, handled }: SlotReport): Promise<LostSlot[]> {
    this.#lost = this.#lost.filter((one) => !handled.includes(one));
    for (const change of changes) this.#applyChange(change);
    for (const id of this.#endedAtMs.keys()) if (!this.#wasEndedLately(id)) this.#endedAtMs.delete(id);
    return this.#lost;
  }

  async touch(): Promise<void> {}

  async close(): Promise<void> {}

  /** The slots that a new session takes from others. `names`: its id and that of the session it replaces. */
  #surplus(slots: readonly Slot[], names: (string | undefined)[]): Slot[] {
    const count = slots.length + 1 - this.#limit.max;
    if (count <= 0) return [];
    // The sort is stable: of two that are alike, the older comes first.
    const order = slots.toSorted(
      (a, b) => Number(b.isSilent) - Number(a.isSilent) || a.activeAtMs - b.activeAtMs,
    );
    const ended = order.slice(0, count);
    const mayEnd = this.#limit.policy === "end-oldest" && !names.some((name) => this.#wasEndedLately(name));
    if (mayEnd || ended.every(({ isSilent }) => isSilent)) return ended;
    throw new ProtocolError("too_many_connections", "the user has as many connections as allowed");
  }

  #wasEndedLately(id: string | undefined): boolean {
    const atMs = id === undefined ? undefined : this.#endedAtMs.get(id);
    return atMs !== undefined && performance.now() - atMs < endedLatelyMs;
  }

  #lose(slots: readonly Slot[], reason: LostSlot["reason"]): void {
    for (const { sessionId } of slots) this.#lost.push({ sessionId, reason, token: "" });
  }

  #applyChange({ userId, id, idleMs, isSilent }: SlotChange): void {
    const slot = this.#slots.get(userId)?.find(({ sessionId }) => sessionId === id);
    if (slot === undefined) return;
    slot.isSilent = isSilent;
    if (idleMs !== undefined) slot.activeAtMs = performance.now() - idleMs;
  }
}
