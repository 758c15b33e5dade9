import type { CommittedEvent } from "./committed.ts";
import { type Lineage, parsePlaces } from "./lineage.ts";
import { passes, type RoomTrack, type Span } from "./room-track.ts";

/** An event that a position passed although the client had not received it. */
export interface PassedEvent {
  key: string;
  room: string;
  /** Which position passed which event. */
  detail: string;
}

/** Finds events that a client had not received when it received a position after them. */
export class PositionRule {
  readonly #byRoom: ReadonlyMap<string, readonly CommittedEvent[]>;
  readonly #lineage: Lineage;
  /** Index of the first event of each span that no position has passed yet. */
  readonly #next = new Map<Span, number>();
  /**
   * Passed events by key. An event that still arrives is late; an event that never arrives counts as missing.
   */
  readonly #passed = new Map<string, PassedEvent>();

  constructor(byRoom: ReadonlyMap<string, readonly CommittedEvent[]>, lineage: Lineage) {
    this.#byRoom = byRoom;
    this.#lineage = lineage;
  }

  /**
   * Returns the rooms' events up to a position that are not in `received`, each only once. While a session
   * resumes (`isResuming`), all of its rooms are replayed as one sequence.
   */
  pass(
    tracks: Iterable<RoomTrack>,
    position: string,
    received: ReadonlySet<string>,
    isResuming: boolean,
  ): PassedEvent[] {
    const { settled, replayed } = parsePlaces(position);
    const offset = this.#lineage.reach(isResuming ? replayed : settled);
    return [...tracks]
      .flatMap(({ promised }) => promised)
      .flatMap((span) =>
        this.#advance(span, offset).flatMap((event): PassedEvent[] => {
          const { key, tag } = event.publication;
          if (!passes(tag, span.tags) || received.has(key)) return [];
          const detail = `${position} passes ${key} at ${event.offset}, which had not arrived`;
          return [{ key, room: span.room, detail }];
        }),
      );
  }

  /** Remembers passed events, so that `late` finds them if they still arrive. */
  expectNever(passed: readonly PassedEvent[]): void {
    for (const event of passed) this.#passed.set(event.key, event);
  }

  /** Returns how an event that arrives now was passed before. */
  late(key: string): PassedEvent | undefined {
    return this.#passed.get(key);
  }

  /** Call for a fresh session, which may receive anything again. */
  forget(): void {
    this.#passed.clear();
  }

  #advance(span: Span, offset: number): readonly CommittedEvent[] {
    const events = this.#byRoom.get(span.room) ?? [];
    const from = this.#next.get(span) ?? firstAfter(events, span.start.offset);
    let to = from;
    while ((events[to]?.offset ?? Number.POSITIVE_INFINITY) <= offset) to++;
    this.#next.set(span, to);
    return events.slice(from, to);
  }
}

function firstAfter(events: readonly CommittedEvent[], offset: number): number {
  const index = events.findIndex((event) => event.offset > offset);
  return index === -1 ? events.length : index;
}
