import { type EventPlace, type Place, placeAfter } from "./lineage.ts";

/** A stretch in which a client was promised every event of a room. */
export interface Span {
  room: string;
  tags: readonly string[] | undefined;
  /** Everything after this place was promised. */
  start: Place;
  /** Offset of the room's last event that the client was given in it; 0 for none. */
  last: number;
  /** Set when the promise ended: up to here it held. */
  limit?: number;
}

interface Wish {
  attempt: number;
  tags: readonly string[] | undefined;
  /** Unknown until the answer if the client asked for no past. */
  start: Place | undefined;
  /** Offset of the last event that was given before the answer. */
  last: number;
}

/** One room as one client sees it: what it was promised, and in which order events may come. */
export class RoomTrack {
  readonly room: string;
  /** Every span there was, ended or not. */
  readonly spans: Span[] = [];
  #active: Span[] = [];
  #wish: Wish | undefined;
  #highest = 0;
  /** What comes while the session is resumed is none of the wish, and none of what a resume has declared lost. */
  #notUpTo = 0;
  /** While the client goes back in the room's past of its own will, past and live events are two sequences. */
  #rewound: { past: number; live: number } | undefined;

  constructor(room: string) {
    this.room = room;
  }

  get isFollowed(): boolean {
    return this.#active.length > 0;
  }

  /** The spans in which everything is promised now. */
  get promised(): readonly Span[] {
    return this.#active.filter(({ limit }) => limit === undefined);
  }

  /** The client asks for the room; with `since`, from that position on. */
  wish(attempt: number, since: string | undefined, tags: readonly string[] | undefined): void {
    const start = since === undefined ? undefined : placeAfter(since);
    this.#wish = { attempt, tags, start, last: 0 };
    if (start !== undefined) this.#rewound = { past: start.offset, live: this.#highest };
  }

  /** The server accepted the wish and named the place from which on events come live. */
  accept(attempt: number, position: string): void {
    if (this.#wish?.attempt !== attempt) return;
    const { start = placeAfter(position), tags, last } = this.#wish;
    this.#wish = undefined;
    this.follow(start, tags, last);
    if (this.#rewound !== undefined) {
      this.#highest = Math.max(this.#highest, this.#rewound.past, this.#rewound.live);
      this.#rewound = undefined;
    }
  }

  /** The server refused the wish; nothing has changed. */
  refuse(attempt: number): void {
    if (this.#wish?.attempt === attempt) this.#wish = undefined;
  }

  /** Everything after `start` is promised from now on; up to `last` it was given already. */
  follow(start: Place, tags: readonly string[] | undefined, last = 0): void {
    const span = { room: this.room, tags, start, last };
    this.spans.push(span);
    this.#active.push(span);
  }

  /** The promise ends: what comes from now on may come or not. */
  leave(): void {
    for (const span of this.#active) span.limit ??= span.last;
  }

  /** Nothing may come any more. */
  left(): void {
    this.leave();
    this.#active = [];
    this.#highest = 0;
  }

  /** The session is gone with all its wishes. */
  forget(): void {
    this.left();
    this.#wish = undefined;
    this.#rewound = undefined;
  }

  /**
   * A gap up to `position` was told; from there on everything is promised anew. A resume tells it of the rooms that the
   * session came back to: what was wished for meanwhile is answered later, and from where it was asked.
   */
  reset(position: string, isOfResume: boolean): void {
    const start = placeAfter(position);
    const before = this.#active;
    const isLeaving = before.length > 0 && before.every(({ limit }) => limit !== undefined);
    this.left();
    for (const { tags } of before) this.follow(start, tags);
    if (isLeaving) this.leave();
    if (isOfResume) this.#comeBack(start);
    else this.#moveWish(start);
  }

  /** The session was given all that it had missed; from now on its wishes are answered. */
  resumed(): void {
    this.#notUpTo = 0;
  }

  /** The session is in the room again, perhaps through an earlier wish that never came to be answered. */
  #comeBack(start: Place): void {
    this.#notUpTo = start.offset;
    if (this.#wish !== undefined && !this.isFollowed) this.follow(start, this.#wish.tags);
  }

  #moveWish(start: Place): void {
    this.#rewound = undefined;
    if (this.#wish?.start !== undefined) this.#wish.start = start;
  }

  /** Whether an event of this tag may come through this room. */
  admits(tag: string): boolean {
    return [...this.#active, ...(this.#wish === undefined ? [] : [this.#wish])].some(({ tags }) =>
      passes(tag, tags),
    );
  }

  /** Whether the event may come through this room: it was promised, or is part of what the client waits for. */
  expects(place: Place, tag: string): boolean {
    if (this.promises(place, tag)) return true;
    if (place.offset <= this.#notUpTo) return false;
    const wish = this.#wish;
    return wish !== undefined && passes(tag, wish.tags) && (wish.start?.offset ?? 0) < place.offset;
  }

  /** Whether the event is promised by a wish that was accepted. */
  promises(place: Place, tag: string): boolean {
    return this.#active.some((span) => covers(span, place, tag));
  }

  /**
   * Notes an event; false if it came out of order. While the room is only wished for, an event that comes through another
   * room as well (`isExpectedElsewhere`) may come through that one ahead of this room's past.
   */
  take(place: EventPlace, tag: string, isExpectedElsewhere: boolean): boolean {
    for (const span of this.#active) {
      if (covers(span, place, tag)) span.last = Math.max(span.last, place.offset);
    }
    const isWished = this.#takeForWish(place, tag);
    const counts = this.promises(place, tag) || (isWished && !isExpectedElsewhere);
    return counts ? this.#isInOrder(place) : true;
  }

  #takeForWish(place: Place, tag: string): boolean {
    const wish = this.#wish;
    if (wish?.start === undefined || !covers({ ...wish, start: wish.start }, place, tag)) return false;
    wish.last = Math.max(wish.last, place.offset);
    return true;
  }

  #isInOrder({ offset, isReplayed }: EventPlace): boolean {
    if (this.#rewound === undefined) {
      const isHigher = offset > this.#highest;
      this.#highest = Math.max(this.#highest, offset);
      return isHigher;
    }
    const sequence = isReplayed ? "past" : "live";
    const isHigher = offset > this.#rewound[sequence];
    this.#rewound[sequence] = Math.max(this.#rewound[sequence], offset);
    return isHigher;
  }
}

/** Whether an event of this tag passes a filter. */
export function passes(tag: string, tags: readonly string[] | undefined): boolean {
  return tags === undefined || tags.includes(tag);
}

function covers(span: Pick<Span, "start" | "tags">, place: Place, tag: string): boolean {
  return place.offset > span.start.offset && passes(tag, span.tags);
}
