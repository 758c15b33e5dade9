import { hasExpired } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { ConnectionSlots } from "./connection-slots.ts";
import type { EpochValidator } from "./epoch-validator.ts";
import type { Session } from "./session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { SessionStore } from "./session-store.ts";

const expiryCheckMs = 1_000;
const epochCheckMs = 100;

export interface SessionMaintenanceOptions {
  sessions: SessionRegistry;
  store: Pick<SessionStore, "touch">;
  slots: Pick<ConnectionSlots, "touch">;
  epochValidator: Pick<EpochValidator, "check">;
  sessionTtlMs: number;
  onError: (error: Error) => void;
}

/** Runs the periodic work of all sessions, so that no session has a timer of its own. */
export class SessionMaintenance {
  readonly #timers: NodeJS.Timeout[];

  constructor({ sessions, store, slots, epochValidator, sessionTtlMs, onError }: SessionMaintenanceOptions) {
    const every = (ms: number, work: () => unknown) => setInterval(() => void work(), ms);
    const touchAll = () => {
      store.touch(sessions.all().filter(({ isStored }) => isStored)).catch(onError);
      slots.touch(sessions.userIds()).catch(onError);
    };
    this.#timers = [
      every(expiryCheckMs, () => endExpired(sessions)),
      every(epochCheckMs, () => epochValidator.check().catch(onError)),
      every(Math.min(sessionTtlMs / 4, 3_600_000), touchAll),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}

function endExpired(sessions: SessionRegistry): void {
  const now = Date.now();
  for (const session of sessions.all()) {
    if (hasExpired(session.principal, now))
      disconnect(session, new ProtocolError("token_expired", "the token has expired"));
  }
}

/** Sends a client the reason and disconnects it. A stock client does not reconnect after that. */
export function disconnect(session: Session, reason: ProtocolError): void {
  const { socket } = session.connection;
  sendServerEvent(socket, "connection.error", `user:${session.userId}`, reason.toBody());
  const { nsps } = socket.client as unknown as { nsps: ReadonlyMap<string, unknown> };
  // A session of another namespace over the same transport continues.
  socket.disconnect(nsps.size <= 1);
}
