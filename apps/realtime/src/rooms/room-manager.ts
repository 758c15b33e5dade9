import type { LogEntry } from "@roomcast/event-log";
import type { Filter, RoomName } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { channelOf } from "./channel.ts";
import type { RoomDirectory, RoomMember } from "./room-directory.ts";

/** Puts a session's socket into a delivery channel and takes it out again. */
export interface Channels {
  join(session: Session, channel: string): void;
  leave(session: Session, channel: string): void;
}

interface LocalRoom {
  /** Sessions by the key of their filter; the empty key is for those without. */
  audiences: Map<string, { filter: Filter | undefined; sessions: Set<Session> }>;
  /** Offset of the room's last entry delivered here; 0 if none was. */
  lastOffset: number;
}

/** Who is in which room: the sessions on this replica, and through the directory those on all. */
export class RoomManager {
  readonly #channels: Channels;
  readonly #directory: RoomDirectory;
  readonly #rooms = new Map<RoomName, LocalRoom>();

  constructor(channels: Channels, directory: RoomDirectory) {
    this.#channels = channels;
    this.#directory = directory;
  }

  /** Number of rooms that someone on this replica is in. */
  get size(): number {
    return this.#rooms.size;
  }

  /** From now on the session is given the room's events that pass the filter. */
  enter(session: Session, room: RoomName, filter: Filter | undefined): void {
    const local = this.#rooms.get(room) ?? { audiences: new Map(), lastOffset: 0 };
    this.#rooms.set(room, local);
    const key = filter?.key ?? "";
    const audience = local.audiences.get(key) ?? { filter, sessions: new Set() };
    local.audiences.set(key, audience);
    audience.sessions.add(session);
    this.#channels.join(session, channelOf(room, key));
    this.#directory.enter(room, { sessionId: session.id, userId: session.userId });
  }

  /** Takes the session out; an empty room is forgotten. `filter` is the one it entered with. */
  leave(session: Session, room: RoomName, filter: Filter | undefined): void {
    const local = this.#rooms.get(room);
    const key = filter?.key ?? "";
    const audience = local?.audiences.get(key);
    if (local === undefined || !audience?.sessions.delete(session)) return;
    if (audience.sessions.size === 0) local.audiences.delete(key);
    if (local.audiences.size === 0) this.#rooms.delete(room);
    this.#channels.leave(session, channelOf(room, key));
    this.#directory.leave(room, session.id);
  }

  /** The channels an entry goes to; each distinct filter is evaluated once. */
  channelsFor(entry: LogEntry): string[] {
    const channels: string[] = [];
    let data: Record<string, unknown> | undefined;
    for (const room of entry.rooms) {
      const local = this.#rooms.get(room);
      if (local === undefined) continue;
      local.lastOffset = entry.offset;
      for (const [key, { filter }] of local.audiences) {
        if (filter !== undefined) data ??= dataOf(entry);
        if (filter === undefined || filter.matches(data ?? {})) channels.push(channelOf(room, key));
      }
    }
    return channels;
  }

  /** The sessions of this replica in rooms that had an entry after `offset`. */
  *witnessesAfter(offset: number): Iterable<[RoomName, Session]> {
    for (const [room, local] of this.#rooms) {
      if (local.lastOffset <= offset) continue;
      for (const session of sessionsOf(local)) yield [room, session];
    }
  }

  /** The rooms that someone on this replica is in. */
  rooms(): RoomName[] {
    return [...this.#rooms.keys()];
  }

  /** The sessions of this replica in a room. */
  sessions(room: RoomName): Session[] {
    const local = this.#rooms.get(room);
    return local === undefined ? [] : sessionsOf(local);
  }

  /** Everyone in a room on all replicas; rejects with `unavailable`. */
  members(room: RoomName): Promise<RoomMember[]> {
    return this.#directory.members(room);
  }
}

/** The `data` of an event entry. */
export function dataOf(entry: LogEntry): Record<string, unknown> {
  return (JSON.parse(entry.json) as { data: Record<string, unknown> }).data;
}

function sessionsOf(local: LocalRoom): Session[] {
  return [...local.audiences.values()].flatMap(({ sessions }) => [...sessions]);
}
