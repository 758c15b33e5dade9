import { type EventPlace, type Place, placeAfter } from "./lineage.ts";

/** A span in which a client was promised every event of a room. */
export interface Span {
  room: string;
  tags: readonly string[] | undefined;
  /** Everything after this place was promised. */
  start: Place;
  /** Offset of the last event that the client received in it; 0 for none. */
  last: number;
  /** Set when the promise ended: it held up to this offset. */
  limit?: number;
}

interface PendingRequest {
  attempt: number;
  tags: readonly string[] | undefined;
  /** Unknown until the reply if the client did not ask for a replay. */
  start: Place | undefined;
  /** Offset of the last event that arrived before the reply. */
  last: number;
}

/** One room as one client sees it: what it was promised, and in which order events may arrive. */
export class RoomTrack {
  readonly room: string;
  /** All spans, ended or not. */
  readonly spans: Span[] = [];
  #active: Span[] = [];
  #request: PendingRequest | undefined;
  #highest = 0;
  /** While the session resumes, no event up to here belongs to the request or to what a reset declared lost. */
  #notUpTo = 0;
  /** While the client asks for a replay of the room, replayed and live events are two sequences. */
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

  /** The client requests the room; with `since`, from that position on. */
  request(attempt: number, since: string | undefined, tags: readonly string[] | undefined): void {
    const start = since === undefined ? undefined : placeAfter(since);
    this.#request = { attempt, tags, start, last: 0 };
    if (start !== undefined) this.#rewound = { past: start.offset, live: this.#highest };
  }

  /** The server accepted the request and named the position from which events arrive live. */
  accept(attempt: number, position: string): void {
    if (this.#request?.attempt !== attempt) return;
    const { start = placeAfter(position), tags, last } = this.#request;
    this.#request = undefined;
    this.follow(start, tags, last);
    if (this.#rewound !== undefined) {
      this.#highest = Math.max(this.#highest, this.#rewound.past, this.#rewound.live);
      this.#rewound = undefined;
    }
  }

  /** The server refused the request; nothing has changed. */
  refuse(attempt: number): void {
    if (this.#request?.attempt === attempt) this.#request = undefined;
  }

  /** From now on everything after `start` is promised. Events up to `last` have already arrived. */
  follow(start: Place, tags: readonly string[] | undefined, last = 0): void {
    const span = { room: this.room, tags, start, last };
    this.spans.push(span);
    this.#active.push(span);
  }

  /** The promise ends: further events may or may not arrive. */
  leave(): void {
    for (const span of this.#active) span.limit ??= span.last;
  }

  /** No more events may arrive. */
  left(): void {
    this.leave();
    this.#active = [];
    this.#highest = 0;
  }

  /** The session and its requests are gone. */
  forget(): void {
    this.left();
    this.#request = undefined;
    this.#rewound = undefined;
  }

  /**
   * The client received a reset up to `position`; from there on everything is promised again. A resume resets
   * the rooms that the session came back to. Requests made during the resume are answered later, from their
   * own position.
   */
  reset(position: string, isOfResume: boolean): void {
    const start = placeAfter(position);
    const before = this.#active;
    const isLeaving = before.length > 0 && before.every(({ limit }) => limit !== undefined);
    this.left();
    for (const { tags } of before) this.follow(start, tags);
    if (isLeaving) this.leave();
    if (isOfResume) this.#comeBack(start);
    else this.#moveRequest(start);
  }

  /** The session has received everything that it missed. From now on its requests are answered. */
  resumed(): void {
    this.#notUpTo = 0;
  }

  /** The session is in the room again, perhaps through an earlier request whose reply was lost. */
  #comeBack(start: Place): void {
    this.#notUpTo = start.offset;
    if (this.#request !== undefined && !this.isFollowed) this.follow(start, this.#request.tags);
  }

  #moveRequest(start: Place): void {
    this.#rewound = undefined;
    if (this.#request?.start !== undefined) this.#request.start = start;
  }

  /** Whether an event with this tag may arrive through this room. */
  admits(tag: string): boolean {
    return [...this.#active, ...(this.#request === undefined ? [] : [this.#request])].some(({ tags }) =>
      passes(tag, tags),
    );
  }

  /** Whether the event may arrive through this room: it was promised, or belongs to the pending request. */
  expects(place: Place, tag: string): boolean {
    if (this.promises(place, tag)) return true;
    if (place.offset <= this.#notUpTo) return false;
    const request = this.#request;
    return request !== undefined && passes(tag, request.tags) && (request.start?.offset ?? 0) < place.offset;
  }

  /** Whether the event is promised by an accepted request. */
  promises(place: Place, tag: string): boolean {
    return this.#active.some((span) => covers(span, place, tag));
  }

  /**
   * Records an event; returns false if it is out of order. While the room is only requested, an event that
   * also comes through another room (`isExpectedElsewhere`) may arrive through that room before this room's
   * replay.
   */
  take(place: EventPlace, tag: string, isExpectedElsewhere: boolean): boolean {
    for (const span of this.#active) {
      if (covers(span, place, tag)) span.last = Math.max(span.last, place.offset);
    }
    const isRequested = this.#takeForRequest(place, tag);
    const counts = this.promises(place, tag) || (isRequested && !isExpectedElsewhere);
    return counts ? this.#isInOrder(place) : true;
  }

  #takeForRequest(place: Place, tag: string): boolean {
    const request = this.#request;
    if (request?.start === undefined || !covers({ ...request, start: request.start }, place, tag))
      return false;
    request.last = Math.max(request.last, place.offset);
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

/** Whether an event with this tag passes a filter. */
export function passes(tag: string, tags: readonly string[] | undefined): boolean {
  return tags === undefined || tags.includes(tag);
}

function covers(span: Pick<Span, "start" | "tags">, place: Place, tag: string): boolean {
  return place.offset > span.start.offset && passes(tag, span.tags);
}
