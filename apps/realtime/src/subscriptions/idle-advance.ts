import type { LogFollower } from "@roomcast/event-log";
import type { HistoryBounds, RoomKind } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { ClientPositions } from "./client-positions.ts";
import type { RoomManager } from "./room-manager.ts";

/**
 * A session is looked at once in a cycle, or after two when others leave, and it may have had an event a cycle before. So
 * the last position it was told is never older than a quarter of a history.
 */
const cyclesPerAge = 12;
const stepsPerCycle = 64;
const [minStepMs, maxStepMs] = [50, 1_000];

export interface IdleAdvanceOptions {
  sessions: Pick<SessionRegistry, "values" | "size">;
  rooms: Pick<RoomManager, "hasHadEventSince" | "shortestHistoryMs">;
  positions: Pick<ClientPositions, "advance">;
  follower: Pick<LogFollower, "position">;
}

/**
 * Tells sessions that are given no events a position from time to time. A history forgets what is older than its age, so a
 * client that comes back with an older position would be reset though it missed nothing. One cycle takes a part of the
 * age; the sessions are spread over it, and nothing is kept for each.
 */
export class IdleAdvance {
  readonly #options: IdleAdvanceOptions;
  readonly #ageMs: number;
  readonly #timer: NodeJS.Timeout;
  #rest: Iterator<Session>;
  #visited = 0;
  #startedMs = performance.now();
  /** The log's newest offset when this cycle and the one before began; in the first there was none before. */
  #startedAt: number;
  #startedBefore: number | undefined;

  /** For the sessions whose rooms' shortest history is `ageMs` old. */
  constructor(ageMs: number, options: IdleAdvanceOptions) {
    this.#options = options;
    this.#ageMs = ageMs;
    this.#startedAt = options.follower.position.offset;
    this.#rest = options.sessions.values();
    const stepMs = Math.max(minStepMs, Math.min(maxStepMs, this.#cycleMs / stepsPerCycle));
    this.#timer = setInterval(() => this.step(), stepMs);
  }

  /** Looks at the sessions that are due by now. */
  step(): void {
    const part = Math.min(1, (performance.now() - this.#startedMs) / this.#cycleMs);
    const due = Math.ceil(this.#options.sessions.size * part);
    for (; this.#visited < due; this.#visited++) {
      const { value, done } = this.#rest.next();
      if (done) break;
      this.#visit(value);
    }
    if (part === 1) this.#beginCycle();
  }

  /** Whether a session was told no position in this cycle, as far as its rooms show. */
  isIdle(session: Session): boolean {
    const { rooms } = this.#options;
    if (rooms.shortestHistoryMs(session) !== this.#ageMs) return false;
    return !rooms.hasHadEventSince(session, this.#startedAt);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get #cycleMs(): number {
    return this.#ageMs / cyclesPerAge;
  }

  #visit(session: Session): void {
    const { follower, positions } = this.#options;
    // Who came in the first cycle was told a position in it.
    if (this.#startedBefore === undefined) return;
    // In a log that stands still no position ages, and all know the newest.
    if (follower.position.offset === this.#startedBefore) return;
    if (this.isIdle(session)) positions.advance(session);
  }

  #beginCycle(): void {
    const { sessions, follower } = this.#options;
    this.#rest = sessions.values();
    this.#visited = 0;
    this.#startedMs = performance.now();
    this.#startedBefore = this.#startedAt;
    this.#startedAt = follower.position.offset;
  }
}

/** One for each age that a history may have; every session is looked after by that of its shortest. */
export function startIdleAdvances(
  history: Record<RoomKind, HistoryBounds>,
  options: IdleAdvanceOptions,
): IdleAdvance[] {
  const ages = new Set(Object.values(history).map(({ maxAgeMs }) => maxAgeMs));
  return [...ages].map((ageMs) => new IdleAdvance(ageMs, options));
}
