import { randomBytes } from "node:crypto";
import {
  type HistoryBounds,
  ProtocolError,
  type RoomKind,
  type RoomName,
  roomKindOf,
} from "@roomcast/events";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import { checkGroup, groupOf } from "../append-group.ts";
import { checkRequest, checkRoomKind } from "../check-request.ts";
import type {
  Appended,
  AppendRequest,
  EventLog,
  EventLogOptions,
  HistoryRange,
  HistorySlice,
  LogEntry,
  LogFollower,
  LogHead,
  LogSink,
} from "../event-log.ts";
import { historyBounds } from "../history-bounds.ts";
import { MemoryFollower } from "./memory-follower.ts";
import { RoomHistory } from "./room-history.ts";

/** How many rooms have a history. The least recently used is dropped first. */
const maxRooms = 100_000;
const maxIdempotencyKeys = 100_000;

/** The log in the memory of one process. It is lost when the process ends. */
export class MemoryEventLog implements EventLog {
  readonly #epoch = randomBytes(5).readUIntBE(0, 5).toString(36);
  readonly #bounds: Record<RoomKind, HistoryBounds>;
  readonly #now: () => number;
  readonly #followers = new Set<MemoryFollower>();
  readonly #remembered: LRUCache<string, Appended & { fingerprint: string }>;
  readonly #histories: LRUCache<RoomName, RoomHistory>;
  #offset = 0;
  /** Newest offset of any room whose history was dropped. */
  #forgottenUpTo = 0;
  #closed = false;

  constructor(options: EventLogOptions & { now?: () => number } = {}) {
    this.#bounds = historyBounds(options.history);
    this.#now = options.now ?? Date.now;
    this.#remembered = new LRUCache({
      ...lruBound(maxIdempotencyKeys),
      ttl: options.idempotencyTtlMs ?? 86_400_000,
      perf: { now: this.#now },
      ttlResolution: 0,
    });
    this.#histories = new LRUCache({
      ...lruBound(maxRooms),
      dispose: ({ newestOffset }) => {
        this.#forgottenUpTo = Math.max(this.#forgottenUpTo, newestOffset);
      },
    });
  }

  async append(request: AppendRequest): Promise<Appended> {
    if (this.#closed) throw new ProtocolError("unavailable", "nothing was written: the log is closed");
    checkRequest(request, this.#bounds);
    return this.#append(request);
  }

  async appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    for (const request of requests) checkRequest(request, this.#bounds);
    checkGroup(groupOf(requests.map(({ json }) => json)));
    return Promise.allSettled(requests.map((request) => this.append(request)));
  }

  head(): Promise<LogHead> {
    return Promise.resolve({ offset: this.#offset, epochs: [{ name: this.#epoch, first: 1 }] });
  }

  follow(sink: LogSink): Promise<LogFollower> {
    const start = { epoch: this.#epoch, offset: this.#offset };
    const follower = new MemoryFollower(start, sink, () => this.#followers.delete(follower));
    this.#followers.add(follower);
    sink.connected(true);
    return Promise.resolve(follower);
  }

  async history(room: RoomName, range: HistoryRange): Promise<HistorySlice> {
    checkRoomKind(room, this.#bounds);
    const history = this.#histories.get(room);
    if (history !== undefined) return history.read(range, this.#now());
    const complete = (range.after ?? 0) >= this.#forgottenUpTo;
    return { entries: [], complete, more: false };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const follower of this.#followers) await follower.stop();
  }

  #append(request: AppendRequest): Appended {
    const { idempotency } = request;
    const known = idempotency && this.#remembered.get(idempotency.key);
    if (known) return duplicateOf(known, idempotency.fingerprint);
    const appended: Appended = { id: request.id, position: this.#write(request), duplicate: false };
    if (idempotency)
      this.#remembered.set(idempotency.key, { ...appended, fingerprint: idempotency.fingerprint });
    return appended;
  }

  #write({ kind, type, rooms, transient = false, json }: AppendRequest): { epoch: string; offset: number } {
    this.#offset++;
    const timeMs = this.#now();
    const entry: LogEntry = {
      offset: this.#offset,
      epoch: this.#epoch,
      timeMs,
      kind,
      type,
      rooms,
      transient,
      json,
    };
    if (!transient) for (const room of rooms) this.#historyOf(room).add(entry);
    for (const follower of this.#followers) follower.push(entry);
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #historyOf(room: RoomName): RoomHistory {
    let history = this.#histories.get(room);
    if (history === undefined) {
      history = new RoomHistory(this.#bounds[roomKindOf(room)], this.#forgottenUpTo);
      this.#histories.set(room, history);
    }
    return history;
  }
}

function duplicateOf(known: Appended & { fingerprint: string }, fingerprint: string): Appended {
  if (known.fingerprint !== fingerprint)
    throw new ProtocolError("idempotency_conflict", "the idempotency key was used with other content");
  return { id: known.id, position: known.position, duplicate: true };
}
