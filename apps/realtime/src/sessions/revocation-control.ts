import { type Revocation, type RoomAccess, revokeControl, revokedRoom, revokesToken } from "@roomcast/auth";
import type { LogEntry } from "@roomcast/event-log";
import { ProtocolError, type RoomName } from "@roomcast/events";
import type { Session } from "./session.ts";
import { expel } from "./session-keeper.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { SubscriptionManager } from "./subscription-manager.ts";

/** Longer than a handshake may take. */
const rememberedMs = 60_000;

export interface RevocationControlOptions {
  sessions: SessionRegistry;
  subscriptions: () => SubscriptionManager;
  access: RoomAccess;
  onError: (error: Error) => void;
}

/** Applies revocations at their place in the log: no later entry reaches whom they concern. */
export class RevocationControl {
  readonly #options: RevocationControlOptions;
  #recent: Revocation[] = [];

  constructor(options: RevocationControlOptions) {
    this.#options = options;
  }

  /** Applies a control entry; one that is no revocation is ignored. */
  apply(entry: LogEntry): void {
    if (entry.type !== revokeControl) return;
    const revocation = JSON.parse(entry.json) as Revocation;
    this.#options.access.invalidate(revocation.userId);
    const since = Date.now() - rememberedMs;
    this.#recent = [...this.#recent.filter(({ atMs }) => atMs > since), revocation];
    for (const session of this.#options.sessions.ofUser(revocation.userId))
      this.#applyTo(session, revocation);
  }

  /** Applies to a new session what came into the log while its handshake was under way. False if it was expelled. */
  catchUp(session: Session): boolean {
    const missed = this.#recent.filter(({ userId }) => userId === session.userId);
    for (const revocation of missed) this.#applyTo(session, revocation);
    return session.connection.socket.connected;
  }

  #applyTo(session: Session, revocation: Revocation): void {
    if (revokesToken(session.principal, revocation)) {
      expel(session, new ProtocolError("revoked", "the token was revoked"));
    } else {
      this.#takeRoom(session, revokedRoom(session.principal, revocation));
    }
  }

  #takeRoom(session: Session, room: RoomName | undefined): void {
    const { principal } = session;
    if (room === undefined) return;
    session.principal = { ...principal, lostRooms: new Set([...(principal.lostRooms ?? []), room]) };
    if (!session.subscriptions.has(room)) return;
    this.#options.subscriptions().revoke(session, room).catch(this.#options.onError);
  }
}
