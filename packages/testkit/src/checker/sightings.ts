/** An offset, and in which step of a client's history it came. */
interface Sighting {
  offset: number;
  step: number;
}

/** Which events a session was given, and which of them may come again. */
export class Sightings {
  /** What the present session was given, by id. */
  readonly #seen = new Map<string, Sighting>();
  /** When a room was reset last, and when it was entered anew with a past. */
  readonly #resetAt = new Map<string, number>();
  readonly #reread = new Map<string, Sighting>();
  #step = 0;

  /** The session is another one, which may be given anything. */
  forget(): void {
    this.#seen.clear();
  }

  /** The client asks for a room's past after an offset. */
  reread(room: string, offset: number): void {
    this.#reread.set(room, { offset, step: ++this.#step });
  }

  reset(room: string): void {
    this.#resetAt.set(room, ++this.#step);
  }

  /** Notes an event; the offset at which the session was given it before if it must not come again. */
  see(id: string, offset: number, rooms: readonly string[]): number | undefined {
    const seen = this.#seen.get(id);
    this.#seen.set(id, { offset, step: ++this.#step });
    return seen === undefined || this.#mayComeAgain(seen, offset, rooms) ? undefined : seen.offset;
  }

  /** Because it was written again after a rollback, or because the client asked for this past again. */
  #mayComeAgain(seen: Sighting, offset: number, rooms: readonly string[]): boolean {
    return rooms.some((room) => {
      const reread = this.#reread.get(room);
      if (reread !== undefined && reread.step > seen.step && offset > reread.offset) return true;
      return offset !== seen.offset && (this.#resetAt.get(room) ?? 0) > seen.step;
    });
  }
}
