/** An offset, and the step of the client's history in which it arrived. */
interface Sighting {
  offset: number;
  step: number;
}

/** The events that a session has received, and which of them may arrive again. */
export class Sightings {
  /** What the current session has received, by id. */
  readonly #seen = new Map<string, Sighting>();
  /** When a room was last reset, and when it was last requested with a replay. */
  readonly #resetAt = new Map<string, number>();
  readonly #reread = new Map<string, Sighting>();
  #step = 0;

  /** Call for a new session, which may receive anything. */
  forget(): void {
    this.#seen.clear();
  }

  /** The client requests a replay of a room after an offset. */
  reread(room: string, offset: number): void {
    this.#reread.set(room, { offset, step: ++this.#step });
  }

  reset(room: string): void {
    this.#resetAt.set(room, ++this.#step);
  }

  /**
   * Records an event.
   * If it must not arrive again, returns the offset at which the session received it before.
   */
  see(id: string, offset: number, rooms: readonly string[]): number | undefined {
    const seen = this.#seen.get(id);
    this.#seen.set(id, { offset, step: ++this.#step });
    return seen === undefined || this.#mayComeAgain(seen, offset, rooms) ? undefined : seen.offset;
  }

  /** True if it was written again after a rollback, or if the client requested this replay again. */
  #mayComeAgain(seen: Sighting, offset: number, rooms: readonly string[]): boolean {
    return rooms.some((room) => {
      const reread = this.#reread.get(room);
      if (reread !== undefined && reread.step > seen.step && offset > reread.offset) return true;
      return offset !== seen.offset && (this.#resetAt.get(room) ?? 0) > seen.step;
    });
  }
}
