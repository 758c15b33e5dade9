import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { RedisEventLog } from "@roomcast/event-log";
import { type RoomKind, type RoomName, roomKinds } from "@roomcast/events";
import { type RedisServer, startRedis } from "@roomcast/testkit";
import { RedisLogs } from "./support/redis-log.ts";
import { request } from "./support/requests.ts";

const dayMs = 86_400_000;
const logs = new RedisLogs();
let redis: RedisServer;
let admin: Awaited<ReturnType<RedisLogs["admin"]>>;
let prefix: string;
let count = 0;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  admin = await logs.admin(redis.url);
  prefix = `proofs:${count++}:`;
});
afterEach(() => logs.closeAll());
afterAll(() => redis.stop());

/** A log of a process that keeps its projects for so long, and all other rooms for a day. */
function openWith(projectAgeMs: number): Promise<RedisEventLog> {
  const kinds = Object.keys(roomKinds) as RoomKind[];
  const history = Object.fromEntries(
    kinds.map((kind) => [kind, { maxEvents: 100, maxAgeMs: kind === "project" ? projectAgeMs : dayMs }]),
  );
  return logs.open(redis.url, { keyPrefix: prefix, heartbeatMs: 60_000, history });
}

const append = async (log: RedisEventLog, room: RoomName) =>
  (await log.append(request([room]))).position.offset;
const isComplete = async (log: RedisEventLog, room: RoomName, after: number) =>
  (await log.history(room, { after, limit: 10 })).complete;
const meta = () => admin.hGetAll(`${prefix}{p0}:meta`);

/** As if all that is written by now had been written five minutes ago, and a room had outlived its head since. */
async function forget(room: RoomName): Promise<void> {
  const minuteIndex = `${prefix}{p0}:clock`;
  for (const offset of await admin.zRange(minuteIndex, 0, -1))
    await admin.zIncrBy(minuteIndex, -300_000, offset);
  await admin.del([`${prefix}{p0}:head:${room}`, `${prefix}{p0}:history:${room}`]);
}

/** What a version before the proofs of each kind writes: the ages of all kinds, and since when they are these. */
async function appendAsEarlierVersion(projectAgeMs: number): Promise<void> {
  const ages = [dayMs, dayMs, projectAgeMs, dayMs, dayMs].join(",");
  const { offset, ages: before } = await meta();
  if (before !== ages) await admin.hSet(`${prefix}{p0}:meta`, { ages, agesFrom: String(Number(offset) + 1) });
}

test("processes with different ages that append in turns take no proof from quiet rooms", async () => {
  const [long, short] = await Promise.all([openWith(dayMs), openWith(3_600_000)]);
  const first = await append(long, "global");
  for (let turn = 0; turn < 5; turn++) for (const log of [short, long]) await append(log, "global");
  for (const log of [long, short]) {
    expect(await isComplete(log, "agent:7", first)).toBe(true);
    expect(await isComplete(log, "project:7", first)).toBe(true);
  }
  // The first event of a room names what was proven before it.
  for (const room of ["agent:7", "project:7"] as const) {
    await append(long, room);
    expect(await long.history(room, { after: first, limit: 10 })).toMatchObject({ complete: true });
  }
});

test("a room that a process with a shorter age forgot is not taken for a quiet one by the others", async () => {
  const [long, short] = await Promise.all([openWith(dayMs), openWith(50)]);
  const first = await append(long, "global");
  await append(short, "project:1");
  await append(long, "global");
  await forget("project:1");
  expect(await isComplete(long, "project:1", first)).toBe(false);
  await append(long, "project:1");
  expect(await isComplete(long, "project:1", first)).toBe(false);
});

test("an age that grows moves the proof of its kind alone", async () => {
  const short = await openWith(50);
  const first = await append(short, "project:1");
  await forget("project:1");
  const long = await openWith(dayMs);
  const grown = await append(long, "global");
  expect(await isComplete(long, "project:1", first - 1)).toBe(false);
  expect(await isComplete(long, "project:1", grown - 1)).toBe(true);
  expect(await isComplete(long, "agent:1", 0)).toBe(true);
});

test("versions with and without proofs of each kind that append in turns reset nothing", async () => {
  const log = await openWith(dayMs);
  const first = await append(log, "global");
  const { ages, agesFrom } = await meta();
  for (let turn = 0; turn < 3; turn++) {
    await appendAsEarlierVersion(dayMs);
    await append(log, "global");
  }
  expect(await meta()).toMatchObject({ ages, agesFrom });
  expect(await isComplete(log, "agent:7", first)).toBe(true);
});

test("what an earlier version has proven is taken over, and no more than that", async () => {
  const short = await openWith(50);
  const first = await append(short, "project:1");
  await admin.hDel(`${prefix}{p0}:meta`, [
    "provenAt",
    ...Object.keys(roomKinds).map((kind) => `proof:${kind}`),
  ]);
  await forget("project:1");
  const long = await openWith(dayMs);
  const expectSame = async () => {
    expect(await isComplete(long, "project:1", first - 1)).toBe(false);
    expect(await isComplete(long, "agent:7", first - 1)).toBe(true);
  };
  await expectSame();
  await append(long, "global");
  await expectSame();
  await appendAsEarlierVersion(50);
  expect(await isComplete(long, "project:1", first - 1)).toBe(false);
  const last = await append(long, "global");
  expect(await isComplete(long, "agent:7", last - 1)).toBe(true);
});
