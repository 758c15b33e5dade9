import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type EventLog, MemoryEventLog, RedisEventLog } from "@roomcast/event-log";
import { type HistoryBounds, parsePosition, type RoomKind, roomKinds } from "@roomcast/events";
import { parseRedisUrl } from "@roomcast/service";
import { type RedisServer, startRedis, TestClient, testToken } from "@roomcast/testkit";
import type { Session } from "../src/sessions/session.ts";
import { IdleAdvance } from "../src/subscriptions/idle-advance.ts";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";

const kinds = Object.keys(roomKinds) as RoomKind[];
const brief = { maxEvents: 1_000, maxAgeMs: 2_000 };
const history = Object.fromEntries(kinds.map((kind) => [kind, brief])) as Record<RoomKind, HistoryBounds>;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const openRedisLog = async () => {
  const target = parseRedisUrl(redis.url);
  const options = { target, history, keyPrefix: randomUUID(), heartbeatMs: 100, onError: () => undefined };
  const log = new RedisEventLog(options);
  await log.connect();
  return log;
};

describe.each<[string, () => Promise<EventLog>, boolean]>([
  ["in a log in memory whose other rooms are busy", async () => new MemoryEventLog({ history }), true],
  ["in a log in Redis whose other rooms are busy", openRedisLog, true],
  ["in a quiet log in Redis", openRedisLog, false],
])("a client in quiet rooms, %s", (_, open, isBusy) => {
  let server: Embedded;
  let client: TestClient;
  let publishing: NodeJS.Timeout | undefined;
  beforeEach(async () => {
    server = await startEmbedded({ log: await open(), history });
    client = await TestClient.connected(server.url, { token: testToken() });
    if (isBusy)
      publishing = setInterval(() => void announce(server, "project:2").catch(() => undefined), 100);
  });
  afterEach(async () => {
    clearInterval(publishing);
    client.close();
    await server.close();
  });

  test("WS-POS-13 is told newer positions, and not reset when it comes back", async () => {
    await client.subscribe("project:1");
    await client.subscribe("channel:x", { filters: { status: "active" } });
    const told = await client.take(5, "position.advanced");
    const offsets = told.map(({ position }) => parsePosition(position).offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    client.breakConnection();
    await client.reconnected();
    const { id } = await announce(server, "project:1");
    expect((await client.next("project.updated")).event.id).toBe(id);
    expect(client.socket.recovered).toBe(true);
    expect(client.received.map(({ name }) => name)).not.toContain("room.reset");
  });
});

describe("idle sessions", () => {
  const ageMs = 120_000;
  const cycleMs = 10_000;
  let told: string[];
  let offset: number;
  let busy: string[];
  let idleAdvance: IdleAdvance;
  const all = Array.from({ length: 1_000 }, (_, n) => ({ id: String(n) }) as Session);
  beforeEach(() => {
    jest.useFakeTimers();
    [told, offset, busy] = [[], 0, []];
    idleAdvance = new IdleAdvance(ageMs, {
      sessions: { values: () => all.values(), size: all.length },
      rooms: {
        shortestHistoryMs: ({ id }) => (id === "7" ? 2 * ageMs : ageMs),
        hasHadEventSince: ({ id }) => busy.includes(id),
      },
      positions: { advance: ({ id }) => told.push(id) > 0 },
      follower: {
        get position() {
          return { epoch: "e", offset: offset++ };
        },
      },
    });
  });
  afterEach(() => {
    idleAdvance.stop();
    jest.useRealTimers();
  });

  test("are told once in a cycle each, spread over it, but not in the first, in which all came", () => {
    jest.advanceTimersByTime(0.95 * cycleMs);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(0.1 * cycleMs);
    told = [];
    for (let part = 1; part <= 10; part++) {
      jest.advanceTimersByTime(cycleMs / 10);
      expect(told.length).toBeGreaterThan(100 * part - 50);
      expect(told.length).toBeLessThan(100 * part + 50);
    }
    jest.advanceTimersByTime(cycleMs);
    const times = new Map(all.map(({ id }) => [id, 0]));
    for (const id of told) times.set(id, (times.get(id) ?? 0) + 1);
    times.delete("7");
    expect([1, 2, 3]).toEqual(expect.arrayContaining([...new Set(times.values())]));
  });

  test("are those that had no event, and whose rooms' shortest history has this age", () => {
    busy = ["3", "5"];
    jest.advanceTimersByTime(2.5 * cycleMs);
    for (const id of [...busy, "7"]) expect(told).not.toContain(id);
    expect(told).toContain("4");
  });

  test("are told nothing by a log that stands still", () => {
    jest.advanceTimersByTime(2 * cycleMs);
    idleAdvance.stop();
    const still = new IdleAdvance(ageMs, {
      sessions: { values: () => all.values(), size: all.length },
      rooms: { shortestHistoryMs: () => ageMs, hasHadEventSince: () => false },
      positions: { advance: ({ id }) => told.push(id) > 0 },
      follower: { position: { epoch: "e", offset: 5 } },
    });
    jest.advanceTimersByTime(1.5 * cycleMs);
    told = [];
    jest.advanceTimersByTime(3 * cycleMs);
    still.stop();
    expect(told).toEqual([]);
  });
});
