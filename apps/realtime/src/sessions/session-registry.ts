import type { Session } from "./session.ts";

/** The sessions connected to this replica. */
export class SessionRegistry {
  readonly #byId = new Map<string, Session>();
  /** A set only for users with more than one session: most have one. */
  readonly #byUser = new Map<string, Session | Set<Session>>();

  /** Adds a session. Removes and returns an older connection of the same session. */
  add(session: Session): Session | undefined {
    const older = this.#byId.get(session.id);
    if (older !== undefined) this.remove(older);
    this.#byId.set(session.id, session);
    const others = this.ofUser(session.userId).filter((other) => other !== session);
    this.#byUser.set(session.userId, others.length === 0 ? session : new Set([...others, session]));
    return older;
  }

  remove(session: Session): void {
    if (this.#byId.get(session.id) === session) this.#byId.delete(session.id);
    const others = this.ofUser(session.userId).filter((other) => other !== session);
    if (others.length === 0) this.#byUser.delete(session.userId);
    else this.#byUser.set(session.userId, others.length === 1 ? (others[0] as Session) : new Set(others));
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  ofUser(userId: string): Session[] {
    const found = this.#byUser.get(userId);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  all(): Session[] {
    return [...this.#byId.values()];
  }

  /** All sessions, oldest first, read lazily: sessions that leave are skipped, new ones come last. */
  values(): Iterator<Session> {
    return this.#byId.values();
  }

  /** The users, each once. */
  userIds(): string[] {
    return [...this.#byUser.keys()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Number of distinct users. */
  get users(): number {
    return this.#byUser.size;
  }
}
