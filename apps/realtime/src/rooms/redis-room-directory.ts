import type { RoomName } from "@roomcast/events";
import type { RedisClient, ReplicaRegistry } from "@roomcast/service";
import type { RedisStore } from "../cluster/redis-store.ts";
import type { RoomDirectory, RoomMember } from "./room-directory.ts";

export interface RedisRoomDirectoryOptions {
  replicaId: string;
  /** Tells which replicas live; members on others do not count and are cleared away. */
  replicas: Pick<ReplicaRegistry, "list">;
  onError: (error: Error) => void;
  /** How long changes are gathered before they are written. Default 50. */
  flushMs?: number;
  /** How long a room outlives the last sign of its replicas. Default one hour. */
  ttlMs?: number;
}

/**
 * One hash per room, field `<replica>/<session>`, value the user. This replica's members are held in memory and written
 * in batches; what could not be written stays marked and is written later.
 */
export class RedisRoomDirectory implements RoomDirectory {
  readonly #store: RedisStore;
  readonly #options: Required<RedisRoomDirectoryOptions>;
  readonly #rooms = new Map<RoomName, Map<string, string>>();
  readonly #changed = new Map<RoomName, Set<string>>();
  readonly #refresh: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: RedisStore, options: RedisRoomDirectoryOptions) {
    this.#store = store;
    this.#options = { flushMs: 50, ttlMs: 3_600_000, ...options };
    this.#refresh = setInterval(() => this.rewrite(), this.#options.ttlMs / 2);
  }

  enter(room: RoomName, sessionId: string, userId: string): void {
    const members = this.#rooms.get(room) ?? new Map<string, string>();
    this.#rooms.set(room, members.set(sessionId, userId));
    this.#mark(room, sessionId);
  }

  leave(room: RoomName, sessionId: string): void {
    const members = this.#rooms.get(room);
    members?.delete(sessionId);
    if (members?.size === 0) this.#rooms.delete(room);
    this.#mark(room, sessionId);
  }

  async members(room: RoomName): Promise<RoomMember[]> {
    await this.#flush();
    const [fields, replicas] = await Promise.all([
      this.#store.run((client) => client.hGetAll(this.#key(room))),
      this.#options.replicas.list(),
    ]);
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
    for (const [room, members] of this.#rooms)
      for (const sessionId of members.keys()) this.#mark(room, sessionId);
  }

  async close(): Promise<void> {
    clearInterval(this.#refresh);
    for (const [room, members] of this.#rooms)
      for (const sessionId of members.keys()) this.leave(room, sessionId);
    clearTimeout(this.#timer);
    await this.#flush().catch(this.#options.onError);
    clearTimeout(this.#timer);
  }

  #mark(room: RoomName, sessionId: string): void {
    const sessions = this.#changed.get(room) ?? new Set();
    this.#changed.set(room, sessions.add(sessionId));
    this.#timer ??= setTimeout(() => {
      this.#flush().catch(this.#options.onError);
    }, this.#options.flushMs);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length === 0) return;
    try {
      await this.#store.run((client) =>
        Promise.all(changed.flatMap(([room, ids]) => this.#write(client, room, ids))),
      );
    } catch (error) {
      for (const [room, ids] of changed) for (const id of ids) this.#mark(room, id);
      throw error;
    }
  }

  #write(client: RedisClient, room: RoomName, sessionIds: Set<string>): Promise<unknown>[] {
    const key = this.#key(room);
    const members = this.#rooms.get(room);
    const present = [...sessionIds].filter((id) => members?.has(id));
    const absent = [...sessionIds].filter((id) => !members?.has(id));
    const field = (id: string) => `${this.#options.replicaId}/${id}`;
    return [
      ...(absent.length > 0 ? [client.hDel(key, absent.map(field))] : []),
      ...(present.length > 0
        ? [
            client.hSet(key, Object.fromEntries(present.map((id) => [field(id), members?.get(id) ?? ""]))),
            client.pExpire(key, this.#options.ttlMs),
          ]
        : []),
    ];
  }

  #key(room: RoomName): string {
    return this.#store.key(`room:${room}`);
  }
}

function parseField(field: string): { replicaId: string; sessionId: string } {
  const slash = field.indexOf("/");
  return { replicaId: field.slice(0, slash), sessionId: field.slice(slash + 1) };
}
