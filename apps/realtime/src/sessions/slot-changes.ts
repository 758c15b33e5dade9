import type { SlotChange } from "./connection-slots.ts";
import type { Session } from "./session.ts";

/** How exactly it is known how long a connection has been idle. */
const activityMs = 20_000;

/** What a connection tells of itself. */
type Noticed = Pick<Session, "id" | "userId" | "isUnanswered" | "commandedAtMs">;

interface Told {
  /** Those whose ping was unanswered at two looks. */
  silent: ReadonlySet<string>;
  /** Commands until then are told. */
  activeUntilMs: number;
}

/** Finds what has changed with the connections since it was last told, without a field for each. */
export class SlotChanges {
  /** Those whose ping was unanswered at the last look. */
  #unanswered: ReadonlySet<string> = new Set();
  #told: Told = { silent: new Set(), activeUntilMs: 0 };
  #seen: Told = this.#told;

  /** To be called less often than a client takes to answer, and more often than it is pinged. */
  look(sessions: readonly Noticed[], nowMs = performance.now()): SlotChange[] {
    const { silent: before, activeUntilMs: sinceMs } = this.#told;
    const isDue = nowMs - sinceMs >= activityMs;
    const [unanswered, silent] = [new Set<string>(), new Set<string>()];
    const changes: SlotChange[] = [];
    for (const { id, userId, isUnanswered, commandedAtMs } of sessions) {
      if (isUnanswered) unanswered.add(id);
      const isSilent = isUnanswered && this.#unanswered.has(id);
      if (isSilent) silent.add(id);
      const wasActive = isDue && commandedAtMs > sinceMs;
      if (!wasActive && isSilent === before.has(id)) continue;
      const idleMs = wasActive ? Math.max(0, Math.round(nowMs - commandedAtMs)) : undefined;
      changes.push({ id, userId, idleMs, isSilent });
    }
    this.#unanswered = unanswered;
    this.#seen = { silent, activeUntilMs: isDue ? nowMs : sinceMs };
    return changes;
  }

  /** What the last look found has been told; else the next one finds it again. */
  told(): void {
    this.#told = this.#seen;
  }
}
