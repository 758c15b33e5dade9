import type { RoomName } from "@roomcast/events";
import type { RedisClient, ReplicaRegistry } from "@roomcast/service";
import type { LocalMembers, RoomMember, RoomMembership } from "../subscriptions/room-membership.ts";
import type { RedisStore } from "./redis-store.ts";

export interface RedisRoomMembershipOptions {
  replicaId: string;
  /** The living replicas. Members on other replicas do not count and are deleted. */
  replicas: Pick<ReplicaRegistry, "list">;
  onError: (error: Error) => void;
  /** How long changes are collected before they are written. Default 50. */
  flushMs?: number;
  /** Lifetime of a stored room after its last refresh. Default one hour. */
  ttlMs?: number;
}

const roomsAtOnce = 250;

/**
 * One hash for each room: field `<replica>/<session>`, value the user. Changes are written in batches, and
 * retried if they fail.
 */
export class RedisRoomMembership implements RoomMembership {
  readonly #store: RedisStore;
  readonly #options: Required<RedisRoomMembershipOptions>;
  /** Users by session, by room; undefined for a session that has left. */
  readonly #changed = new Map<RoomName, Changes>();
  readonly #refresh: NodeJS.Timeout;
  #local: LocalMembers | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(store: RedisStore, options: RedisRoomMembershipOptions) {
    this.#store = store;
    this.#options = { flushMs: 50, ttlMs: 3_600_000, ...options };
    this.#refresh = setInterval(() => this.rewrite(), this.#options.ttlMs / 2);
  }

  follow(local: LocalMembers): void {
    this.#local = local;
  }

  join(room: RoomName, sessionId: string, userId: string): void {
    this.#change(room, sessionId, userId);
  }

  leave(room: RoomName, sessionId: string): void {
    this.#change(room, sessionId, undefined);
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    await this.#flush();
    const fields = await this.#store.run((client) => client.hGetAll(this.#key(room)));
    // The replicas are listed after the members were read, so that a replica that has just started does not
    // count as dead.
    const replicas = await this.#options.replicas.list();
    const living = new Set([this.#options.replicaId, ...replicas.map(({ replicaId }) => replicaId)]);
    const members = Object.entries(fields).map(([field, userId]) => ({
      field,
      ...parseField(field),
      userId,
    }));
    const dead = members.filter(({ replicaId }) => !living.has(replicaId)).map(({ field }) => field);
    if (dead.length > 0) await this.#store.run((client) => client.hDel(this.#key(room), dead));
    return members
      .filter(({ replicaId }) => living.has(replicaId))
      .map(({ sessionId, userId, replicaId }) => ({ sessionId, userId, replicaId }));
  }

  /** Writes every member again: after the shared state was lost, and before it expires. */
  rewrite(): void {
    for (const [room, sessionId, userId] of this.#allLocal()) this.join(room, sessionId, userId);
  }

  async close(): Promise<void> {
    clearInterval(this.#refresh);
    for (const [room, sessionId] of this.#allLocal()) this.leave(room, sessionId);
    clearTimeout(this.#timer);
    await this.#flush().catch(this.#options.onError);
    clearTimeout(this.#timer);
  }

  *#allLocal(): Generator<[room: RoomName, sessionId: string, userId: string]> {
    for (const room of this.#local?.rooms() ?? [])
      for (const { id, userId } of this.#local?.sessions(room) ?? []) yield [room, id, userId];
  }

  #change(room: RoomName, sessionId: string, userId: string | undefined): void {
    const changes: Changes = this.#changed.get(room) ?? new Map();
    this.#changed.set(room, changes.set(sessionId, userId));
    this.#timer ??= setTimeout(() => {
      this.#flush().catch(this.#options.onError);
    }, this.#options.flushMs);
  }

  /** One flush at a time: changes that failed must not overwrite later ones. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing.catch(() => undefined).then(() => this.#writeChanges());
    return this.#flushing;
  }

  async #writeChanges(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    // After a reconnect these are all rooms: too many for one timeout, and for other commands to wait for.
    for (let at = 0; at < changed.length; at += roomsAtOnce) {
      try {
        await this.#writeRooms(changed.slice(at, at + roomsAtOnce));
      } catch (error) {
        for (const [room, changes] of changed.slice(at)) this.#putBack(room, changes);
        throw error;
      }
    }
  }

  async #writeRooms(changed: [RoomName, Changes][]): Promise<void> {
    await this.#store.run((client) =>
      Promise.all(changed.flatMap(([room, changes]) => this.#write(client, room, changes))),
    );
  }

  /** Changes made since are newer and win. */
  #putBack(room: RoomName, changes: Changes): void {
    const newer = this.#changed.get(room);
    for (const [sessionId, userId] of changes)
      if (newer === undefined || !newer.has(sessionId)) this.#change(room, sessionId, userId);
  }

  #write(client: RedisClient, room: RoomName, changes: Changes): Promise<unknown>[] {
    const key = this.#key(room);
    const field = (id: string) => `${this.#options.replicaId}/${id}`;
    const present: [string, string][] = [];
    const absent: string[] = [];
    for (const [id, userId] of changes) {
      if (userId === undefined) absent.push(field(id));
      else present.push([field(id), userId]);
    }
    return [
      ...(absent.length > 0 ? [client.hDel(key, absent)] : []),
      ...(present.length > 0
        ? [client.hSet(key, Object.fromEntries(present)), client.pExpire(key, this.#options.ttlMs)]
        : []),
    ];
  }

  #key(room: RoomName): string {
    return this.#store.key(`room:${room}`);
  }
}

type Changes = Map<string, string | undefined>;

function parseField(field: string): { replicaId: string; sessionId: string } {
  const slash = field.indexOf("/");
  return { replicaId: field.slice(0, slash), sessionId: field.slice(slash + 1) };
}
