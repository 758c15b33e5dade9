import type { LogFollower } from "@roomcast/event-log";
import type { HistoryBounds, RoomKind } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { ClientPositions } from "./client-positions.ts";
import type { RoomManager } from "./room-manager.ts";

/**
 * Each session is visited once in a cycle, or after two cycles when other sessions leave, and its last event
 * may be a cycle older. So the last position that a client knows is never older than a quarter of its
 * shortest history.
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
 * Sends position checkpoints to sessions that receive no events. A history forgets entries by age, so a
 * client that resumes from an old position would be reset though it missed nothing. A cycle takes a fraction
 * of that age. The visits are spread over the cycle, and no session needs a timer or a field.
 */
export class IdleAdvance {
  readonly #options: IdleAdvanceOptions;
  readonly #ageMs: number;
  readonly #timer: NodeJS.Timeout;
  #rest: Iterator<Session>;
  #visited = 0;
  #startedMs = performance.now();
  /** The log's newest offset when this cycle and the one before began; undefined in the first cycle. */
  #startedAt: number;
  #startedBefore: number | undefined;

  /** For the sessions whose shortest history keeps events for `ageMs`. */
  constructor(ageMs: number, options: IdleAdvanceOptions) {
    this.#options = options;
    this.#ageMs = ageMs;
    this.#startedAt = options.follower.position.offset;
    this.#rest = options.sessions.values();
    const stepMs = Math.max(minStepMs, Math.min(maxStepMs, this.#cycleMs / stepsPerCycle));
    this.#timer = setInterval(() => this.step(), stepMs);
  }

  /** Visits the sessions that are due by now. */
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

  /** Whether a session got no position in this cycle, as far as its rooms show. */
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
    // A session that connected in the first cycle got a position in that cycle.
    if (this.#startedBefore === undefined) return;
    // While the log does not grow no position ages, and all clients know the newest.
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

/** Starts one `IdleAdvance` for each history age. Every session belongs to that of its shortest history. */
export function startIdleAdvances(
  history: Record<RoomKind, HistoryBounds>,
  options: IdleAdvanceOptions,
): IdleAdvance[] {
  const ages = new Set(Object.values(history).map(({ maxAgeMs }) => maxAgeMs));
  return [...ages].map((ageMs) => new IdleAdvance(ageMs, options));
}
