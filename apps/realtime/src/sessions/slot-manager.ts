import { ProtocolError } from "@roomcast/events";
import type { ConnectionSlots, LostSlot } from "./connection-slots.ts";
import type { Session } from "./session.ts";
import { disconnect } from "./session-maintenance.ts";
import type { SessionRegistry } from "./session-registry.ts";
import { SlotChanges } from "./slot-changes.ts";

export interface SlotManagerOptions {
  sessions: SessionRegistry;
  slots: ConnectionSlots;
  onError: (error: Error) => void;
}

/**
 * Takes slots for the sessions of this replica, renews them, and closes the sessions that have lost theirs.
 */
export class SlotManager {
  readonly #options: SlotManagerOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #changes = new SlotChanges();
  /** Sessions that have or request a slot and are not in the registry yet. */
  readonly #entering = new Set<Session>();
  /** Losses that the next renewal reports as handled. */
  #handled: LostSlot[] = [];
  #renewing: Promise<void> | undefined;
  #mustRenewAgain = false;

  constructor(options: SlotManagerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.renew(), options.slots.renewMs);
    this.renew();
  }

  /** As `ConnectionSlots.acquire`. */
  async acquire(session: Session, replaces?: string): Promise<readonly string[]> {
    this.#entering.add(session);
    try {
      return await this.#options.slots.acquire(session, replaces);
    } catch (error) {
      this.#entering.delete(session);
      throw error;
    }
  }

  /** The session is in the registry now. */
  entered(session: Session): void {
    this.#entering.delete(session);
  }

  /** Releases the slot; if that fails, the next renewal makes up for it. */
  release(session: Session): void {
    this.#entering.delete(session);
    this.#options.slots.release(session).catch(this.#options.onError);
  }

  /** Renews now, or once more after the running renewal. */
  renew(): void {
    if (this.#renewing !== undefined) {
      this.#mustRenewAgain = true;
      return;
    }
    this.#mustRenewAgain = false;
    this.#renewing = this.#renew()
      .catch(this.#options.onError)
      .finally(() => {
        this.#renewing = undefined;
        if (this.#mustRenewAgain) this.renew();
      });
  }

  /** Stops the renewals. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { sessions, slots } = this.#options;
    const lost = await slots.renew({
      changes: this.#changes.look(sessions.all()),
      handled: this.#handled,
      holders: () => [...sessions.all(), ...this.#entering],
      holds: (id) => sessions.get(id) !== undefined || this.#isEntering(id),
    });
    this.#changes.reported();
    this.#handled = lost.filter((one) => this.#end(one));
  }

  /** False if the session cannot be closed yet: the next renewal reports it again. */
  #end({ sessionId, reason }: LostSlot): boolean {
    if (this.#isEntering(sessionId)) return false;
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return true;
    // Its client has reconnected over another connection.
    if (reason === "moved") session.connection.terminate();
    else
      disconnect(
        session,
        new ProtocolError("too_many_connections", "the user has opened too many connections"),
      );
    return true;
  }

  #isEntering(sessionId: string): boolean {
    return [...this.#entering].some(({ id }) => id === sessionId);
  }
}
