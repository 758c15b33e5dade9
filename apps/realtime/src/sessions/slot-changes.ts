import type { SlotChange } from "./connection-slots.ts";
import type { Session } from "./session.ts";

/** How exactly it is known how long a connection has been idle. */
const activityMs = 20_000;

/** What a connection tells of itself. */
type Noticed = Pick<Session, "id" | "userId" | "isUnanswered" | "commandedAtMs">;

/** Finds what has changed with the connections between two looks at them, without a field for each. */
export class SlotChanges {
  /** Those whose ping was unanswered at the last look. */
  #unanswered = new Set<string>();
  /** Those whose ping was unanswered at two looks. */
  #silent = new Set<string>();
  #activeUntilMs = 0;

  /** To be called less often than a client takes to answer, and more often than it is pinged. */
  take(sessions: readonly Noticed[], nowMs = performance.now()): SlotChange[] {
    const sinceMs = this.#activeUntilMs;
    const isDue = nowMs - sinceMs >= activityMs;
    if (isDue) this.#activeUntilMs = nowMs;
    const [unanswered, silent] = [new Set<string>(), new Set<string>()];
    const changes: SlotChange[] = [];
    for (const { id, userId, isUnanswered, commandedAtMs } of sessions) {
      if (isUnanswered) unanswered.add(id);
      const isSilent = isUnanswered && this.#unanswered.has(id);
      if (isSilent) silent.add(id);
      const idleMs =
        isDue && commandedAtMs > sinceMs ? Math.max(0, Math.round(nowMs - commandedAtMs)) : undefined;
      if (idleMs === undefined && isSilent === this.#silent.has(id)) continue;
      changes.push({ id, userId, idleMs, isSilent });
    }
    [this.#unanswered, this.#silent] = [unanswered, silent];
    return changes;
  }
}
