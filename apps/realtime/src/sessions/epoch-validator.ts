import { currentEpoch, isLaterEpoch, type LogFollower } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import type { Session } from "./session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";

export interface EpochValidatorOptions {
  sessions: SessionRegistry;
  store: Pick<SessionStore, "load" | "save" | "confirm" | "forget">;
  follower: Pick<LogFollower, "head">;
  /** How long a session is stored after it was last used. */
  sessionTtlMs: number;
}

/** What this process knows of a session whose last connection was here. */
type Known = Pick<Session, "id" | "confirmedFor" | "version" | "storedVersion">;

/** Sessions whose connections have ended that are remembered. */
const maxRemembered = 50_000;
const checksAtOnce = 500;
/** Within this time the process that last had a session confirms it, unless that process is gone. */
const confirmedWithinMs = 10_000;

/**
 * Says which stored sessions are complete. When an epoch begins, Redis may have gone back to an earlier
 * state, and the stored sessions with it. A session that lacks its newest changes would resume in the wrong
 * rooms without notice. So each stored session must be confirmed for the new epoch by the process that last
 * had it. That process checks whether the last change is stored, and deletes the session if not. A session
 * that nobody confirms is not resumed.
 */
export class EpochValidator {
  readonly #options: EpochValidatorOptions;
  /** Sessions that were taken here, or whose connections ended here, by id. */
  readonly #ended: LRUCache<string, Known>;
  #epoch: string;
  #epochSinceMs = performance.now();
  /** Whether some sessions may not be confirmed for the epoch. */
  #isBehind = false;
  #isChecking = false;

  constructor(options: EpochValidatorOptions) {
    this.#options = options;
    this.#ended = new LRUCache({ ...lruBound(maxRemembered), ttl: options.sessionTtlMs });
    this.#epoch = currentEpoch(options.follower.head);
  }

  /**
   * Takes a stored session over for this process by a change of its version alone. The process that had it
   * before can then change it no more, and what is known of it here stays true. From then on this process
   * confirms it, also if the answer is lost, or if the connection ends before the session is entered. Rejects
   * with `unavailable`, also if the session changed since it was loaded.
   */
  async take(session: Session): Promise<void> {
    const { id, userId, batch } = session;
    const content = { userId, batch, subscriptions: [] };
    const taken = session.store((versions) => this.#options.store.save(id, content, versions));
    this.ended(session);
    await taken;
    this.ended(session);
  }

  /** A session was entered here: what is known of an earlier connection no longer counts. */
  entered(session: Session): void {
    this.#ended.delete(session.id);
    this.#noteEpoch(session);
  }

  /** A connection ended, and its session may be resumed. */
  ended(session: Session): void {
    if (!mayBeStored(session)) return;
    const { id, confirmedFor, version, storedVersion } = session;
    this.#ended.set(id, { id, confirmedFor, version, storedVersion });
    this.#noteEpoch(session);
  }

  /** Another process took the session with this version. What is known here counts only if it is later. */
  forget(id: string, version: number): void {
    const known = this.#ended.get(id);
    if (known !== undefined && known.storedVersion < version) this.#ended.delete(id);
  }

  /** Whether a stored session may be resumed; throws `unavailable` as long as it may still be confirmed. */
  isResumable({ isConfirmed, epoch }: StoredSession): boolean {
    if (epoch === undefined) return true;
    this.#updateEpoch();
    // A former master that still answers does not know the present epoch.
    const isFormer = isLaterEpoch(this.#epoch, epoch, this.#options.follower.head);
    if (isConfirmed && !isFormer) return true;
    if (epoch === this.#epoch && performance.now() - this.#epochSinceMs > confirmedWithinMs) return false;
    throw new ProtocolError("unavailable", "whether the session is complete is not known yet");
  }

  /** Confirms or deletes the sessions of this process once for each epoch; to be called often. */
  async check(): Promise<void> {
    this.#updateEpoch();
    if (!this.#isBehind || this.#isChecking) return;
    this.#isChecking = true;
    this.#isBehind = false;
    try {
      await this.#checkAll();
    } finally {
      this.#isChecking = false;
    }
  }

  #updateEpoch(): void {
    const epoch = currentEpoch(this.#options.follower.head);
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#epochSinceMs = performance.now();
    this.#isBehind = true;
  }

  #noteEpoch({ confirmedFor }: Known): void {
    if (confirmedFor !== this.#epoch) this.#isBehind = true;
  }

  /** Sessions whose clients may be waiting come first. After a failure the rest is left to the next check. */
  async #checkAll(): Promise<void> {
    const all: Known[] = [...this.#ended.values(), ...this.#options.sessions.all()];
    const behind = all.filter((known) => known.confirmedFor !== this.#epoch && mayBeStored(known)).values();
    const failures: unknown[] = [];
    const work = async () => {
      for (const known of behind) {
        if (failures.length > 0) return;
        await this.#check(known).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: checksAtOnce }, work));
    if (failures.length === 0) return;
    this.#isBehind = true;
    throw failures[0];
  }

  async #check(known: Known): Promise<void> {
    const { store } = this.#options;
    const epoch = this.#epoch;
    const { id, storedVersion } = known;
    const stored = await store.load(id);
    if (stored?.epoch !== undefined && this.#isOurs(known)) {
      if (stored.epoch !== epoch) throw new ProtocolError("unavailable", "the store is in another epoch");
      if (stored.version < storedVersion) await store.forget(id);
      else if (stored.version <= known.version) await store.confirm(id, epoch);
      // Another process has had the session since.
      else this.#ended.delete(id);
    }
    known.confirmedFor = epoch;
  }

  #isOurs(known: Known): boolean {
    return this.#ended.get(known.id) === known || this.#options.sessions.get(known.id) === known;
  }
}

/** Whether this process ever asked the store to keep the session. */
function mayBeStored({ version, storedVersion }: Known): boolean {
  return storedVersion >= 0 || version > 0;
}
