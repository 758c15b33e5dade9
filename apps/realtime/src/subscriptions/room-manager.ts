import type { LogEntry } from "@roomcast/event-log";
import { type Filter, type HistoryBounds, type RoomKind, type RoomName, roomKindOf } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { channelOf } from "./channel.ts";
import type { RoomMember, RoomMembership } from "./room-membership.ts";

/** The Socket.IO rooms that entries are delivered to; they know which sessions are in them. */
export interface Channels {
  join(session: Session, channel: string): void;
  leave(session: Session, channel: string): void;
  sessions(channel: string): Session[];
}

/** The sessions of a room that share a filter, or have none. */
interface Group {
  readonly filter: Filter | undefined;
  readonly channel: string;
  size: number;
}

const none: readonly Group[] = [];

/**
 * A room on this replica. It is itself the group of the sessions without a filter: most rooms have no other
 * group, and every user has a room.
 */
class LocalRoom implements Group {
  /** The one string that all records share. */
  readonly name: RoomName;
  readonly channel: string;
  size = 0;
  filtered = none;
  /** No entry of the room that was delivered here has a higher offset. */
  lastOffset: number;
  /** Entries since the sessions with a filter last got a position checkpoint. */
  sinceCheckpoint = 0;

  constructor(name: RoomName, lastOffset: number) {
    this.name = name;
    this.channel = channelOf(name);
    this.lastOffset = lastOffset;
  }

  get filter(): undefined {
    return undefined;
  }

  get isEmpty(): boolean {
    return this.size === 0 && this.filtered.length === 0;
  }

  *groups(): Generator<Group> {
    if (this.size > 0) yield this;
    yield* this.filtered;
  }

  groupFor(filter: Filter | undefined): Group | undefined {
    if (filter === undefined) return this;
    return this.filtered.find((group) => group.filter?.key === filter.key);
  }
}

/** A client that gets a position once per quarter of a history still finds what follows that position. */
const checkpointFraction = 4;

/**
 * Knows which sessions of this replica are in which room, and through the room membership the sessions of all
 * replicas.
 */
export class RoomManager {
  readonly #channels: Channels;
  readonly #membership: RoomMembership;
  readonly #history: Record<RoomKind, HistoryBounds>;
  readonly #rooms = new Map<RoomName, LocalRoom>();

  constructor(channels: Channels, membership: RoomMembership, history: Record<RoomKind, HistoryBounds>) {
    this.#channels = channels;
    this.#membership = membership;
    this.#history = history;
    membership.follow(this);
  }

  /** Number of rooms with a session on this replica. */
  get size(): number {
    return this.#rooms.size;
  }

  /**
   * Delivers to the session the room's events that pass the filter, beginning with the entry after the offset
   * `at`. Returns the shared name.
   */
  join(session: Session, name: RoomName, filter: Filter | undefined, at: number): RoomName {
    const room = this.#rooms.get(name) ?? new LocalRoom(name, at);
    this.#rooms.set(room.name, room);
    const group = room.groupFor(filter) ?? addGroup(room, filter);
    group.size++;
    this.#channels.join(session, group.channel);
    this.#membership.join(room.name, session.id, session.userId);
    return room.name;
  }

  /** Takes the session out and drops an empty room. `filter` is the one it entered with. */
  leave(session: Session, name: RoomName, filter: Filter | undefined): void {
    const room = this.#rooms.get(name);
    const group = room?.groupFor(filter);
    if (room === undefined || group === undefined) return;
    group.size--;
    if (group.size === 0) room.filtered = room.filtered.filter((other) => other !== group);
    if (room.isEmpty) this.#rooms.delete(name);
    this.#channels.leave(session, group.channel);
    this.#membership.leave(name, session.id);
  }

  /** The channels to which an entry is delivered. Each distinct filter is evaluated once. */
  channelsFor(entry: LogEntry): string[] {
    const channels: string[] = [];
    let data: Record<string, unknown> | undefined;
    for (const name of entry.rooms) {
      const room = this.#rooms.get(name);
      if (room === undefined) continue;
      room.lastOffset = entry.offset;
      for (const { filter, channel } of room.groups()) {
        if (filter !== undefined) data ??= dataOf(entry);
        if (filter === undefined || filter.matches(data ?? {})) channels.push(channel);
      }
    }
    return channels;
  }

  /**
   * The channels whose members must get a position checkpoint after this entry. A filter may let nothing
   * through for so long that the client's last position falls out of the room's history, though the client
   * missed nothing. Positions fall out by age too: `IdleAdvance` handles that.
   */
  channelsToCheckpoint(entry: LogEntry): { room: RoomName; channels: string[] }[] {
    return entry.rooms.flatMap((name) => {
      const room = this.#rooms.get(name);
      if (room === undefined || room.filtered.length === 0 || !this.#isDue(room)) return [];
      return [{ room: name, channels: room.filtered.map(({ channel }) => channel) }];
    });
  }

  #isDue(room: LocalRoom): boolean {
    room.sinceCheckpoint++;
    if (room.sinceCheckpoint < this.#history[roomKindOf(room.name)].maxEvents / checkpointFraction)
      return false;
    room.sinceCheckpoint = 0;
    return true;
  }

  /**
   * Whether a session certainly received an event after `offset`. A session with a filter does not count,
   * because the filter may have dropped the event.
   */
  hasHadEventSince(session: Session, offset: number): boolean {
    for (const { room, filter } of session.subscriptions.values())
      if (filter === undefined && (this.#rooms.get(room)?.lastOffset ?? 0) > offset) return true;
    return false;
  }

  /**
   * The shortest age, in ms, to which the histories of a session's rooms go back; `Infinity` without a room.
   */
  shortestHistoryMs(session: Session): number {
    let shortest = Number.POSITIVE_INFINITY;
    for (const room of session.subscriptions.keys())
      shortest = Math.min(shortest, this.#history[roomKindOf(room)].maxAgeMs);
    return shortest;
  }

  /** The sessions of this replica that received an entry of a room, or joined it, after `offset`. */
  *sessionsAhead(offset: number): Iterable<[RoomName, Session]> {
    for (const { name, lastOffset } of this.#rooms.values()) {
      for (const session of this.sessions(name)) {
        const since = session.subscriptions.get(name)?.since ?? 0;
        if (lastOffset > offset || since > offset) yield [name, session];
      }
    }
  }

  /** The rooms with a session on this replica. */
  rooms(): RoomName[] {
    return [...this.#rooms.keys()];
  }

  /** The sessions of this replica in a room. */
  sessions(name: RoomName): Session[] {
    const groups = [...(this.#rooms.get(name)?.groups() ?? [])];
    return groups.flatMap(({ channel }) => this.#channels.sessions(channel));
  }

  /** All members of a room on all replicas; rejects with `unavailable`. */
  members(name: RoomName): Promise<RoomMember[]> {
    return this.#membership.members(name);
  }
}

/** The `data` of an event entry. */
export function dataOf(entry: LogEntry): Record<string, unknown> {
  return (JSON.parse(entry.json) as { data: Record<string, unknown> }).data;
}

function addGroup(room: LocalRoom, filter: Filter | undefined): Group {
  const group: Group = { filter, channel: channelOf(room.name, filter?.key), size: 0 };
  room.filtered = room.filtered.concat(group);
  return group;
}
