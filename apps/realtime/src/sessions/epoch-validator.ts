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

/** What this process knows of a session that it had last. */
type Known = Pick<Session, "id" | "confirmedFor" | "version" | "storedVersion">;

/** Of sessions whose connections have ended. */
const maxRemembered = 50_000;
const checksAtOnce = 500;
/** By then, whoever had a session last has confirmed it, unless it is gone. */
const confirmedWithinMs = 10_000;

/**
 * Says which stored sessions are complete. Where an epoch begins, Redis may have gone back to an earlier state, and the
 * stored sessions with it: one that lacks the newest changes would be resumed in the wrong rooms without a word. So what
 * is stored has to be confirmed for the new epoch, by the process that had the session last: it looks whether the last
 * change is there, and forgets the session if not. What nobody confirms is not resumed.
 */
export class EpochValidator {
  readonly #options: EpochValidatorOptions;
  /** Sessions that were taken here, or whose connections ended here, by id. */
  readonly #ended: LRUCache<string, Known>;
  #epoch: string;
  #epochSinceMs = performance.now();
  /** Whether there may be sessions that are not confirmed for the epoch. */
  #isBehind = false;
  #isChecking = false;

  constructor(options: EpochValidatorOptions) {
    this.#options = options;
    this.#ended = new LRUCache({ ...lruBound(maxRemembered), ttl: options.sessionTtlMs });
    this.#epoch = currentEpoch(options.follower.head);
  }

  /**
   * Makes a stored session this process's, by a change of its version alone: a process that had it before can change it no more, and
   * what is known of it here stays true. This process answers for it from then on, also if the answer is lost, or the
   * connection breaks before the session is entered. Rejects with `unavailable`, also if it has been changed since it was
   * loaded.
   */
  async take(session: Session): Promise<void> {
    const { id, userId, batch } = session;
    const content = { userId, batch, subscriptions: [] };
    const taken = session.store((versions) => this.#options.store.save(id, content, versions));
    this.ended(session);
    await taken;
    this.ended(session);
  }

  /** A session was entered here: what was known of an earlier connection no longer counts. */
  entered(session: Session): void {
    this.#ended.delete(session.id);
    this.#note(session);
  }

  /** A connection ended, and the session may be resumed. */
  ended(session: Session): void {
    if (!mayBeStored(session)) return;
    const { id, confirmedFor, version, storedVersion } = session;
    this.#ended.set(id, { id, confirmedFor, version, storedVersion });
    this.#note(session);
  }

  /** The session was taken elsewhere with this version; what is known here counts if it is later. */
  forget(id: string, version: number): void {
    const known = this.#ended.get(id);
    if (known !== undefined && known.storedVersion < version) this.#ended.delete(id);
  }

  /** Whether a stored session may be resumed; throws `unavailable` as long as it may yet be confirmed. */
  isResumable({ isConfirmed, epoch }: StoredSession): boolean {
    if (epoch === undefined) return true;
    this.#learn();
    // A former master that still answers has not heard of the present epoch.
    const isFormer = isLaterEpoch(this.#epoch, epoch, this.#options.follower.head);
    if (isConfirmed && !isFormer) return true;
    if (epoch === this.#epoch && performance.now() - this.#epochSinceMs > confirmedWithinMs) return false;
    throw new ProtocolError("unavailable", "whether the session is complete is not known yet");
  }

  /** To be called often: confirms or forgets the sessions of this process once for each epoch. */
  async check(): Promise<void> {
    this.#learn();
    if (!this.#isBehind || this.#isChecking) return;
    this.#isChecking = true;
    this.#isBehind = false;
    try {
      await this.#checkAll();
    } finally {
      this.#isChecking = false;
    }
  }

  #learn(): void {
    const epoch = currentEpoch(this.#options.follower.head);
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#epochSinceMs = performance.now();
    this.#isBehind = true;
  }

  #note({ confirmedFor }: Known): void {
    if (confirmedFor !== this.#epoch) this.#isBehind = true;
  }

  /** Those whose clients may be waiting to be resumed first. After a failure the rest is left to the next check. */
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
      // Somebody has had the session since.
      else this.#ended.delete(id);
    }
    known.confirmedFor = epoch;
  }

  #isOurs(known: Known): boolean {
    return this.#ended.get(known.id) === known || this.#options.sessions.get(known.id) === known;
  }
}

/** Whether the store was ever to keep it. */
function mayBeStored({ version, storedVersion }: Known): boolean {
  return storedVersion >= 0 || version > 0;
}
