import { setTimeout as sleep } from "node:timers/promises";
import {
  isRevoked,
  type Revocation,
  type RevocationStore,
  type RoomAccess,
  revokeControl,
  revokedRoom,
  revokedRooms,
  revokesToken,
  type UserRevocations,
} from "@roomcast/auth";
import type { LogEntry } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { disconnect } from "../sessions/session-maintenance.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { SubscriptionManager } from "./subscription-manager.ts";

/**
 * Revocations kept in memory for sessions whose handshake is under way. Older ones are read from the store.
 */
const maxRecent = 1_000;
const usersAtOnce = 500;
const [firstRetryMs, lastRetryMs] = [100, 5_000];

export interface RevocationControlOptions {
  sessions: SessionRegistry;
  subscriptions: () => SubscriptionManager;
  access: RoomAccess;
  store: Pick<RevocationStore, "of" | "ofMany">;
  onError: (error: Error) => void;
  /**
   * How long clients wait for the store after a discontinuity until connections are closed. Default 30,000.
   */
  unreadableMs?: number;
}

/**
 * Applies revocations at their place in the log: no later entry reaches the revoked sessions. A replica can
 * miss control entries. Then it reads all revocations of its users from the store before it delivers anything
 * more.
 */
export class RevocationControl {
  readonly #options: Required<RevocationControlOptions>;
  readonly #stopped = new AbortController();
  #revision = 0;
  /** The newest is last and has the number `#revision`. */
  #recent: Revocation[] = [];

  constructor(options: RevocationControlOptions) {
    this.#options = { unreadableMs: 30_000, ...options };
  }

  /** Number of revocations so far. To be read before a token is verified: `applySince` starts there. */
  get revision(): number {
    return this.#revision;
  }

  /** Applies a control entry; ignores one that is not a revocation. */
  apply(entry: LogEntry): void {
    if (entry.type !== revokeControl) return;
    const revocation = JSON.parse(entry.json) as Revocation;
    this.#options.access.invalidate(revocation.userId);
    if (this.#recent.length === maxRecent) this.#recent = this.#recent.slice(maxRecent / 2);
    this.#recent.push(revocation);
    this.#revision++;
    for (const session of this.#options.sessions.ofUser(revocation.userId))
      this.#applyTo(session, revocation);
  }

  /**
   * Applies to a new session the revocations since `revision`. False if some are no longer in memory; the
   * caller must then call `check`.
   */
  applySince(session: Session, revision: number): boolean {
    const missed = this.#revision - revision;
    if (missed > this.#recent.length) return false;
    for (const revocation of this.#recent.slice(this.#recent.length - missed))
      if (revocation.userId === session.userId) this.#applyTo(session, revocation);
    return true;
  }

  /** Applies to a session the stored revocations; rejects with `unavailable`. */
  async check(session: Session): Promise<void> {
    const { access, store } = this.#options;
    access.invalidate(session.userId);
    this.#applyAll(session, await store.of(session.userId));
  }

  /** Control entries may have been missed: handshakes under way will have to call `check`. */
  noteGap(): void {
    this.#revision++;
    this.#recent = [];
  }

  /**
   * Applies the stored revocations to all sessions; to be called after `noteGap`. Resolves when they were
   * read for every user who is still connected. Retries while the store cannot be read. If that takes long,
   * it closes all connections, so that the clients reconnect and are checked then. Rejects when stopped.
   */
  async checkAll(): Promise<void> {
    const { sessions, access } = this.#options;
    // A session that registers from now on verifies its token later, or checks itself.
    const users = sessions.userIds();
    for (let at = 0; at < users.length; at += usersAtOnce) {
      const found = await this.#read(users.slice(at, at + usersAtOnce));
      for (const [userId, revocations] of found) {
        access.invalidate(userId);
        for (const session of sessions.ofUser(userId)) this.#applyAll(session, revocations);
      }
    }
  }

  /** Ends a `checkAll` that waits for the store. */
  stop(): void {
    this.#stopped.abort();
  }

  async #read(userIds: readonly string[]): Promise<Map<string, UserRevocations>> {
    const { store, onError, unreadableMs } = this.#options;
    const startedMs = performance.now();
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, lastRetryMs)) {
      try {
        return await store.ofMany(userIds);
      } catch (cause) {
        const message = `no events are delivered until revocations can be read; retrying in ${retryMs} ms`;
        onError(new Error(message, { cause }));
        if (performance.now() - startedMs > unreadableMs) this.#closeAll();
        if (this.#options.sessions.size === 0) return new Map();
        await sleep(retryMs, undefined, { signal: this.#stopped.signal });
      }
    }
  }

  #closeAll(): void {
    const { sessions, onError, unreadableMs } = this.#options;
    onError(new Error(`revocations could not be read for ${unreadableMs} ms; closing all connections`));
    for (const { connection } of sessions.all()) connection.terminate();
  }

  #applyTo(session: Session, revocation: Revocation): void {
    const room = revokedRoom(session.principal, revocation);
    if (revokesToken(session.principal, revocation)) this.#disconnect(session);
    else if (room !== undefined) this.#takeRoom(session, room);
  }

  #applyAll(session: Session, revocations: UserRevocations): void {
    if (isRevoked(session.principal, revocations)) return this.#disconnect(session);
    for (const room of revokedRooms(session.principal, revocations)) this.#takeRoom(session, room);
  }

  #disconnect(session: Session): void {
    disconnect(session, new ProtocolError("revoked", "the token was revoked"));
  }

  #takeRoom(session: Session, room: RoomName): void {
    const { principal } = session;
    session.principal = { ...principal, lostRooms: new Set([...(principal.lostRooms ?? []), room]) };
    if (!session.subscriptions.has(room)) return;
    this.#options.subscriptions().revoke(session, [room]).catch(this.#options.onError);
  }
}
