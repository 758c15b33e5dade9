import type { CommittedEvent } from "./committed.ts";
import { type Lineage, parsePlaces } from "./lineage.ts";
import { passes, type RoomTrack, type Span } from "./room-track.ts";

/** An event that a position passed over. */
export interface PassedEvent {
  key: string;
  room: string;
  /** Which position passed which event. */
  detail: string;
}

/** Finds the events that a client had not been given when it was told a position after them. */
export class PositionRule {
  readonly #byRoom: ReadonlyMap<string, readonly CommittedEvent[]>;
  readonly #lineage: Lineage;
  /** Index of the first event of each span that no position has passed yet. */
  readonly #next = new Map<Span, number>();
  /** What was passed, by key. If it comes nevertheless, it comes too late; if it does not, it counts as missing. */
  readonly #passed = new Map<string, PassedEvent>();

  constructor(byRoom: ReadonlyMap<string, readonly CommittedEvent[]>, lineage: Lineage) {
    this.#byRoom = byRoom;
    this.#lineage = lineage;
  }

  /**
   * The events of the rooms up to a position that are not in `received`; each is found once. While a session is resumed
   * (`isResuming`), all of its rooms are being replayed as one sequence.
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
          const detail = `${position} passes ${key} at ${event.offset}, which had not come`;
          return [{ key, room: span.room, detail }];
        }),
      );
  }

  /** Has events be found by `late` if they come after all. */
  expectNever(passed: readonly PassedEvent[]): void {
    for (const one of passed) this.#passed.set(one.key, one);
  }

  /** How an event that comes now was passed before. */
  late(key: string): PassedEvent | undefined {
    return this.#passed.get(key);
  }

  /** A fresh session may be given anything again. */
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
