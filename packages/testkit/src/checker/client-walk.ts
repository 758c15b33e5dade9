import type { Anomaly, AnomalyKind } from "./anomaly.ts";
import type { Committed } from "./committed.ts";
import type { Allowances, ClientHistory, ClientOp, DeliveryHistory } from "./history.ts";
import { type Lineage, placeAfter, placeOfEvent } from "./lineage.ts";
import { PositionRule } from "./position-rule.ts";
import { mayGiveUp, mayLose } from "./revocation-rule.ts";
import { RoomTrack, type Span } from "./room-track.ts";
import { Sightings } from "./sightings.ts";

type Op<Kind extends ClientOp["kind"]> = Extract<ClientOp, { kind: Kind }>;

/** The result of walking through one client's history. */
export interface ClientWalk {
  anomalies: Anomaly[];
  spans: Span[];
  /** Keys of the received events that are in the log for good. */
  received: Set<string>;
  resets: number;
  freshSessions: number;
}

/** What a client's history is compared with. */
export interface WalkContext extends Pick<DeliveryHistory, "publications" | "revocations"> {
  lineage: Lineage;
  byRoom: Committed["byRoom"];
  allowances: Allowances;
}

/** Walks through one client's history and checks duplicates, order, rollbacks, positions and promises. */
export function walkClient(client: ClientHistory, context: WalkContext): ClientWalk {
  const walker = new ClientWalker(client.name, context);
  for (const op of client.ops) walker.step(op);
  return walker.end();
}

class ClientWalker {
  readonly #name: string;
  readonly #context: WalkContext;
  readonly #positions: PositionRule;
  readonly #anomalies: Anomaly[] = [];
  readonly #tracks = new Map<string, RoomTrack>();
  readonly #rooms = new Map<number, string>();
  readonly #received = new Set<string>();
  readonly #sightings = new Sightings();
  /** By room: a rolled-back event that the client has received, without a reset so far. */
  readonly #rolledBack = new Map<string, string>();
  /** Whether the session has received its automatic rooms. Their events may arrive before that. */
  #isEstablished = false;
  /** Whether the session is receiving the events that it missed. Its requests wait until the end of that. */
  #isResuming = false;
  #resets = 0;
  #freshSessions = -1;

  constructor(name: string, context: WalkContext) {
    this.#name = name;
    this.#context = context;
    this.#positions = new PositionRule(context.byRoom, context.lineage);
  }

  step(op: ClientOp): void {
    if (op.kind === "received") this.#onReceived(op);
    else if (op.kind === "connected") this.#onConnected(op);
    else if (op.kind === "established") this.#onEstablished(op);
    else if (op.kind === "resumed") this.#onResumed(op.position);
    else if (op.kind === "advanced") this.#onPosition(op.position);
    else if (op.kind === "subscribing") this.#onSubscribing(op);
    else if (op.kind === "subscribed") this.#onSubscribed(op);
    else if (op.kind === "refused") this.#onRefused(op);
    else if (op.kind === "unsubscribing") this.#track(op.room).leave();
    else if (op.kind === "unsubscribed") this.#onUnsubscribed(op);
    else if (op.kind === "reset") this.#onReset(op);
    else if (op.kind === "gaveUp") this.#onGaveUp(op);
  }

  end(): ClientWalk {
    for (const [room, key] of this.#rolledBack) {
      this.#found("silent-rollback", `received ${key}, which is no longer in the log`, room);
    }
    return {
      anomalies: this.#anomalies,
      spans: [...this.#tracks.values()].flatMap(({ spans }) => spans),
      received: this.#received,
      resets: this.#resets,
      freshSessions: Math.max(0, this.#freshSessions),
    };
  }

  #onConnected({ recovered }: Op<"connected">): void {
    this.#onResumed();
    this.#isResuming = recovered;
    if (recovered) return;
    this.#freshSessions++;
    if (this.#freshSessions > 0 && this.#context.allowances.freshSessions !== true) {
      this.#found("unexpected-session", "came back to a fresh session");
    }
    this.#isEstablished = false;
    this.#sightings.forget();
    this.#positions.forget();
    this.#rolledBack.clear();
    for (const track of this.#tracks.values()) track.forget();
  }

  #onEstablished({ rooms, position }: Op<"established">): void {
    this.#isEstablished = true;
    this.#onResumed();
    for (const room of rooms) this.#track(room).follow(placeAfter(position), undefined);
  }

  #onResumed(position?: string): void {
    if (position !== undefined) this.#onPosition(position);
    this.#isResuming = false;
    for (const track of this.#tracks.values()) track.resumed();
  }

  #onSubscribing({ attempt, room, since, tags }: Op<"subscribing">): void {
    const track = this.#track(room);
    this.#rooms.set(attempt, room);
    if (since !== undefined && !track.isFollowed) {
      this.#sightings.reread(room, placeAfter(since).offset);
    }
    track.request(attempt, since, tags);
  }

  #onSubscribed({ attempt, position }: Op<"subscribed">): void {
    const track = this.#trackOf(attempt);
    track.accept(attempt, position);
    this.#positions.expectNever(this.#pass(position, [track]));
  }

  #onRefused({ attempt, code = "nothing", isFinal = false }: Op<"refused">): void {
    const track = this.#trackOf(attempt);
    track.refuse(attempt);
    if (isFinal && !this.#mayLose(track.room)) this.#found("refused", `with ${code}`, track.room);
  }

  /** A position without an event. All events up to it must have arrived before. */
  #onPosition(position: string): void {
    for (const { detail, room } of this.#pass(position, this.#tracks.values())) {
      this.#found("position-skip", detail, room);
    }
  }

  #pass(position: string, tracks: Iterable<RoomTrack>) {
    return this.#positions.pass(tracks, position, this.#received, this.#isResuming);
  }

  #onGaveUp({ code, atMs }: Op<"gaveUp">): void {
    if (!mayGiveUp(this.#name, this.#context, atMs)) this.#found("gave-up", `was refused with ${code}`);
    this.#rolledBack.clear();
    for (const track of this.#tracks.values()) track.forget();
  }

  #mayLose(room: string, atMs?: number): boolean {
    return mayLose(this.#name, room, this.#context, atMs);
  }

  #onUnsubscribed({ room }: Op<"unsubscribed">): void {
    this.#track(room).left();
    this.#rolledBack.delete(room);
  }

  #onReset({ room, reason, position, atMs }: Op<"reset">): void {
    this.#sightings.reset(room);
    this.#rolledBack.delete(room);
    if (reason === "access") return this.#onClosed(room, atMs);
    this.#resets++;
    const { resets } = this.#context.allowances;
    if (resets?.includes(reason) !== true) this.#found("unexpected-reset", reason, room);
    this.#track(room).reset(position, this.#isResuming);
  }

  /** The room was left. None of its events may follow. */
  #onClosed(room: string, atMs: number): void {
    if (!this.#mayLose(room, atMs)) this.#found("unexpected-reset", "access", room);
    this.#track(room).left();
  }

  #onReceived({ id, key, position }: Op<"received">): void {
    const { lineage, publications } = this.#context;
    const publication = publications.get(key);
    if (publication === undefined) throw new Error(`no publisher has sent an event with the key ${key}`);
    const { rooms, tag } = publication;
    const place = placeOfEvent(position);
    const tracks = rooms.map((room) => this.#track(room)).filter((track) => track.admits(tag));
    if (tracks.length === 0 && this.#isEstablished) this.#found("stray", `${key} at ${position}`, rooms[0]);
    const before = this.#sightings.see(id, place.offset, rooms);
    if (before !== undefined)
      this.#found("duplicate", `${key} at ${before} and at ${place.offset}`, rooms[0]);
    if (!lineage.has(place)) {
      for (const track of tracks) if (track.isFollowed) this.#rolledBack.set(track.room, key);
      return;
    }
    this.#received.add(key);
    this.#checkPosition(key, position, rooms);
    const expecting = tracks.filter((track) => track.expects(place, tag));
    if (tracks.length > 0 && this.#isEstablished && expecting.length === 0) {
      this.#found("stray", `${key} at ${position} is before the promised events`, rooms[0]);
    }
    for (const track of tracks) {
      const isExpectedElsewhere = expecting.some((other) => other !== track);
      if (track.take(place, tag, isExpectedElsewhere)) continue;
      this.#found("nonmonotonic-poll", `${key} at ${position}`, track.room);
    }
  }

  /**
   * Checks other rooms than the event's own, whose order their tracks check.
   * Missing events are found at the end.
   */
  #checkPosition(key: string, position: string, rooms: readonly string[]): void {
    const late = this.#positions.late(key);
    if (late !== undefined) this.#found("position-skip", late.detail, late.room);
    const passed = this.#pass(position, this.#tracks.values());
    this.#positions.expectNever(passed.filter(({ room }) => !rooms.includes(room)));
  }

  #track(room: string): RoomTrack {
    const track = this.#tracks.get(room) ?? new RoomTrack(room);
    this.#tracks.set(room, track);
    return track;
  }

  #trackOf(attempt: number): RoomTrack {
    const room = this.#rooms.get(attempt);
    if (room === undefined) throw new Error(`the history has no attempt ${attempt} to subscribe`);
    return this.#track(room);
  }

  #found(kind: AnomalyKind, detail: string, room?: string): void {
    this.#anomalies.push({ kind, client: this.#name, detail, ...(room === undefined ? {} : { room }) });
  }
}
