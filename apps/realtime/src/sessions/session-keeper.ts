import { currentEpoch, type LogFollower } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import type { Cluster } from "../cluster/cluster.ts";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { Session } from "./session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { StoredSession } from "./session-store.ts";

const expiryCheckMs = 1_000;
const epochCheckMs = 100;
const leaseRenewMs = 20_000;

export interface SessionKeeperOptions {
  sessions: SessionRegistry;
  cluster: Pick<Cluster, "leases" | "sessions">;
  follower: Pick<LogFollower, "head">;
  sessionTtlMs: number;
  onError: (error: Error) => void;
}

/** Does what comes with time for all sessions at once: no session has a timer of its own. */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #timers: NodeJS.Timeout[];
  #epoch: string;
  #isChecking = false;

  constructor(options: SessionKeeperOptions) {
    const { sessions, cluster, follower, sessionTtlMs, onError } = options;
    this.#options = options;
    this.#epoch = currentEpoch(follower.head);
    const every = (ms: number, work: () => unknown) => setInterval(() => void work(), ms);
    const kept = () => cluster.sessions.touch(sessions.all().map(({ id }) => id)).catch(onError);
    this.#timers = [
      every(expiryCheckMs, () => endExpired(sessions)),
      every(epochCheckMs, () => this.#onEpoch().catch(onError)),
      every(leaseRenewMs, () => cluster.leases.renew(sessions.all()).catch(onError)),
      every(Math.min(sessionTtlMs / 4, 3_600_000), kept),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /**
   * A new epoch begins where the log may have been rolled back, and the stored sessions with it. One that lacks the
   * newest changes would be resumed in the wrong rooms without a word, so it is forgotten.
   */
  async #onEpoch(): Promise<void> {
    const { follower, sessions } = this.#options;
    const epoch = currentEpoch(follower.head);
    if (epoch === this.#epoch || this.#isChecking) return;
    this.#isChecking = true;
    try {
      await Promise.all(sessions.all().map((session) => session.inTurn(() => this.#forgetIfStale(session))));
      this.#epoch = epoch;
    } finally {
      this.#isChecking = false;
    }
  }

  async #forgetIfStale(session: Session): Promise<void> {
    if (session.isEnded) return;
    const store = this.#options.cluster.sessions;
    const stored = await store.load(session.id);
    if (stored !== undefined && !isUpToDate(stored, session)) await store.forget(session.id);
  }
}

function isUpToDate({ subscriptions }: StoredSession, session: Session): boolean {
  if (subscriptions.length !== session.subscriptions.size) return false;
  return subscriptions.every(({ room, batch }) => session.subscriptions.get(room)?.batch === batch);
}

function endExpired(sessions: SessionRegistry): void {
  const now = Date.now();
  for (const session of sessions.all()) {
    if (session.principal.expiresAtMs <= now)
      expel(session, new ProtocolError("token_expired", "the token has expired"));
  }
}

/** Tells a client why, and ends its connection so that it does not come back by itself. */
export function expel(session: Session, reason: ProtocolError): void {
  const { socket } = session.connection;
  sendServerEvent(socket, "connection.error", `user:${session.userId}`, reason.toBody());
  socket.disconnect(true);
}
