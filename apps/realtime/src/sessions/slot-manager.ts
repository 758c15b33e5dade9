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

/** Takes slots for the sessions of this replica, keeps them by renewals, and ends the sessions that have lost theirs. */
export class SlotManager {
  readonly #options: SlotManagerOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #changes = new SlotChanges();
  /** Sessions that have or ask for a slot and are not entered yet. */
  readonly #entering = new Set<Session>();
  /** What the next renewal is to tell. */
  #handled: LostSlot[] = [];
  #renewing: Promise<void> | undefined;
  #isAskedAgain = false;

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

  /** The session can be found in the registry now. */
  entered(session: Session): void {
    this.#entering.delete(session);
  }

  /** Gives the slot back; what fails is made up for by the next renewal. */
  release(session: Session): void {
    this.#entering.delete(session);
    this.#options.slots.release(session).catch(this.#options.onError);
  }

  /** Renews now, or once more after the renewal under way. */
  renew(): void {
    if (this.#renewing !== undefined) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isAskedAgain = false;
    this.#renewing = this.#renew()
      .catch(this.#options.onError)
      .finally(() => {
        this.#renewing = undefined;
        if (this.#isAskedAgain) this.renew();
      });
  }

  /** Ends the renewals. */
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
    this.#changes.told();
    this.#handled = lost.filter((one) => this.#end(one));
  }

  /** False if the session cannot be ended yet: it is told again with the next renewal. */
  #end({ sessionId, reason }: LostSlot): boolean {
    if (this.#isEntering(sessionId)) return false;
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return true;
    // Its client has come back over another connection.
    if (reason === "moved") session.connection.cut();
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
