import type { Session } from "./session.ts";

/** The sessions connected to this replica. */
export class SessionRegistry {
  readonly #byId = new Map<string, Session>();
  readonly #byUser = new Map<string, Set<Session>>();

  /** Adds a session; an older connection of the same session is returned and no longer found. */
  add(session: Session): Session | undefined {
    const older = this.#byId.get(session.id);
    if (older !== undefined) this.remove(older);
    this.#byId.set(session.id, session);
    const ofUser = this.#byUser.get(session.userId) ?? new Set();
    this.#byUser.set(session.userId, ofUser.add(session));
    return older;
  }

  remove(session: Session): void {
    if (this.#byId.get(session.id) === session) this.#byId.delete(session.id);
    const ofUser = this.#byUser.get(session.userId);
    ofUser?.delete(session);
    if (ofUser?.size === 0) this.#byUser.delete(session.userId);
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  ofUser(userId: string): Session[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  all(): Session[] {
    return [...this.#byId.values()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Number of distinct users. */
  get users(): number {
    return this.#byUser.size;
  }
}
