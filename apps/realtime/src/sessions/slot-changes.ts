import type { SlotChange } from "./connection-slots.ts";
import type { Session } from "./session.ts";

/** Precision with which the idle time of a connection is known. */
const activityMs = 20_000;

/** What is read of a connection. */
type Observed = Pick<Session, "id" | "userId" | "isUnanswered" | "commandedAtMs">;

interface Reported {
  /** Sessions whose ping was unanswered at two looks in a row. */
  silent: ReadonlySet<string>;
  /** Commands up to this time are reported. */
  activeUntilMs: number;
}

/** Finds what has changed with the connections since the last report, without a field for each. */
export class SlotChanges {
  /** Sessions whose ping was unanswered at the last look. */
  #unanswered: ReadonlySet<string> = new Set();
  #reported: Reported = { silent: new Set(), activeUntilMs: 0 };
  #seen: Reported = this.#reported;

  /** To be called less often than a client takes to answer a ping, and more often than it is pinged. */
  look(sessions: readonly Observed[], nowMs = performance.now()): SlotChange[] {
    const { silent: before, activeUntilMs: sinceMs } = this.#reported;
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

  /** The last look was reported; otherwise the next one finds the same changes again. */
  reported(): void {
    this.#reported = this.#seen;
  }
}
