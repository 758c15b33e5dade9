import { setTimeout as sleep } from "node:timers/promises";
import { ProtocolError } from "@roomcast/events";
import type {
  ConnectionSlots,
  LostSlot,
  SlotChange,
  SlotHolder,
  SlotLimit,
  SlotReport,
} from "../sessions/connection-slots.ts";
import type { RedisStore } from "./redis-store.ts";
import { acquireScript, assertScript, releaseScript, renewScript } from "./slot-scripts.ts";

export interface RedisConnectionSlotsOptions extends SlotLimit {
  replicaId: string;
  /** How long a replica's slots outlive its last renewal. Default 6,000. */
  leaseMs?: number;
  /** Default 2,000. */
  renewMs?: number;
}

/** Lifetime of a user's stored slots after the last activity of a connection; see `touch`. */
const ttlMs = 4 * 3_600_000;
const batchSize = 100;

/**
 * Slots in Redis: one hash for each user, one sorted set with the leases of all replicas, and one hash of the
 * lost slots whose replicas do not know it yet. All times are from Redis.
 *
 * The stored slots may be wrong after a command without an answer, a lapsed lease or a lost Redis. Then the
 * replica takes a new name and writes its slots again under it; slots under the old name do not count.
 */
export class RedisConnectionSlots implements ConnectionSlots {
  readonly renewMs: number;
  readonly #store: RedisStore;
  readonly #limit: SlotLimit;
  readonly #replicaId: string;
  readonly #leaseMs: number;
  #generation = 1;
  #isDoubtful = false;

  constructor(store: RedisStore, options: RedisConnectionSlotsOptions) {
    this.#store = store;
    this.#limit = options;
    this.#replicaId = options.replicaId;
    this.#leaseMs = options.leaseMs ?? 6_000;
    this.renewMs = options.renewMs ?? 2_000;
  }

  /** The stored slots may be wrong: the next renewal writes all of them again. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  async acquire(holder: SlotHolder, replaces = ""): Promise<readonly string[]> {
    const first = await this.#take(holder, replaces);
    if (first.isTaken) return first.losers;
    if (first.renewedMsAgo < 0) throw full();
    // A dead replica must not cause a refusal for good: a living one renews within this time.
    const patienceMs = this.renewMs * 1.25;
    await sleep(patienceMs, undefined, { ref: false });
    const second = await this.#take(holder, replaces);
    if (second.isTaken) return second.losers;
    if (second.renewedMsAgo <= patienceMs) throw full();
    throw new ProtocolError("unavailable", "the user's connections are on a replica that may be dead");
  }

  async release({ userId, id }: SlotHolder): Promise<void> {
    await this.#run(releaseScript, [this.#slotsOf(userId)], [this.#replicaId, id]);
  }

  async renew({ changes, handled, holders, holds }: SlotReport): Promise<LostSlot[]> {
    const doubted = this.#isDoubtful;
    const [lapsed, ...flat] = (await this.#renew(changes.slice(0, batchSize), handled)) as [
      number,
      ...string[],
    ];
    for (let from = batchSize; from < changes.length; from += batchSize)
      await this.#renew(changes.slice(from, from + batchSize), []);
    const lost: LostSlot[] = [];
    for (let at = 0; at < flat.length; at += 2) lost.push(toLost(flat[at] as string, flat[at + 1] as string));
    if (doubted || this.#isDoubtful || lapsed === 1) {
      const gone = new Set(lost.map(({ sessionId }) => sessionId));
      await this.#assert(
        holders().filter(({ id }) => !gone.has(id)),
        holds,
      );
    }
    return lost;
  }

  async touch(userIds: readonly string[]): Promise<void> {
    await this.#store.run((client) =>
      Promise.all(userIds.map((userId) => client.pExpire(this.#slotsOf(userId), ttlMs))),
    );
  }

  async close(): Promise<void> {
    await this.#store.run((client) => client.zRem(this.#leases, this.#owner));
  }

  async #take({ userId, id }: SlotHolder, replaces: string): Promise<Taken> {
    const keys = [this.#leases, this.#lost, this.#slotsOf(userId)];
    const answer = (await this.#run(acquireScript, keys, [...this.#terms, id, replaces])) as [
      number,
      number,
      ...unknown[],
    ];
    const [isTaken, lapsed, ...rest] = answer;
    if (lapsed === 1) this.doubt();
    return isTaken === 1
      ? { isTaken: true, losers: rest as string[] }
      : { isTaken: false, renewedMsAgo: Number(rest[0]) };
  }

  #renew(changes: readonly SlotChange[], handled: readonly LostSlot[]): Promise<unknown> {
    const keys = [this.#leases, this.#lost, ...changes.map(({ userId }) => this.#slotsOf(userId))];
    return this.#run(renewScript, keys, [
      this.#owner,
      String(this.#leaseMs),
      String(handled.length),
      ...handled.flatMap(({ token }) => JSON.parse(token) as [string, string]),
      ...changes.flatMap(({ id, idleMs, isSilent }) => [id, String(idleMs ?? ""), isSilent ? "1" : "0"]),
    ]);
  }

  /** A session that releases its slot either does so before its batch, and is skipped, or after it. */
  async #assert(holders: readonly SlotHolder[], holds: SlotReport["holds"]): Promise<void> {
    const former = this.#owner;
    this.#generation++;
    this.#isDoubtful = false;
    for (let from = 0; from < holders.length; from += batchSize) {
      const batch = holders.slice(from, from + batchSize).filter(({ id }) => holds(id));
      const keys = [this.#leases, this.#lost, ...batch.map(({ userId }) => this.#slotsOf(userId))];
      await this.#run(assertScript, keys, [...this.#terms, ...batch.map(({ id }) => id)]);
    }
    await this.#store.run((client) => client.zRem(this.#leases, former));
  }

  /** Whether Redis executed a command without an answer is unknown. */
  async #run(script: string, keys: string[], args: string[]): Promise<unknown> {
    try {
      return await this.#store.run((client) => client.eval(script, { keys, arguments: args }));
    } catch (error) {
      this.doubt();
      throw error;
    }
  }

  /** The first arguments of every script that assigns slots. */
  get #terms(): string[] {
    const { max, policy } = this.#limit;
    return [this.#owner, String(this.#leaseMs), String(max), policy, String(ttlMs)];
  }

  get #owner(): string {
    return `${this.#replicaId}.${this.#generation}`;
  }

  get #leases(): string {
    return this.#store.key("slots:leases");
  }

  get #lost(): string {
    return this.#store.key("slots:lost");
  }

  #slotsOf(userId: string): string {
    return this.#store.key(`slots:user:${userId}`);
  }
}

type Taken = { isTaken: true; losers: string[] } | { isTaken: false; renewedMsAgo: number };

function toLost(name: string, value: string): LostSlot {
  const sessionId = name.slice(name.indexOf(" ") + 1);
  const reason = value.startsWith("moved") ? "moved" : "full";
  return { sessionId, reason, token: JSON.stringify([name, value]) };
}

function full(): ProtocolError {
  return new ProtocolError("too_many_connections", "the user has as many connections as allowed");
}
