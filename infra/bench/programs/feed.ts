import { randomUUID } from "node:crypto";

/**
 * The event that every server under test sends: the envelope of a `project.updated`, about 270 bytes of JSON.
 */
export interface BenchEvent {
  id: string;
  type: "project.updated";
  room: `project:${number}`;
  timestamp: string;
  correlationId: null;
  data: object;
}

/** What a feed must publish. */
export interface FeedOrder {
  burstsPerSecond: number;
  /** How many events are published in one tick, all to one room. */
  burst: number;
  /** Bursts go to the rooms `project:0` to `project:<rooms - 1>` in turn. */
  rooms: number;
  durationMs: number;
  /**
   * Gives every burst its own turn of the event loop, so that nothing can be coalesced but the burst. If the
   * rate is low enough for timers, a late burst does not make the next one follow closely.
   */
  isolated: boolean;
  /**
   * Approximate bytes of each event, filled with a list as an API would return it. Default: the small event.
   */
  eventBytes?: number;
}

/** The result of an order. */
export interface FeedResult {
  published: number;
  failed: number;
}

/** Publishes one event. If it returns a promise, the promise rejects when the event was not accepted. */
export type Publish = (event: BenchEvent) => Promise<unknown> | undefined;

/**
 * Timers count in milliseconds.
 * With a shorter interval, several bursts must follow each other to keep the rate.
 */
const fewestMs = 2;

/** The minimum gap after a burst, as a share of the interval. */
const leastGap = 0.75;

/** Publishes at an even rate. Resolves when every event was accepted or has failed. */
export async function feed(order: FeedOrder, publish: Publish): Promise<FeedResult> {
  const result: FeedResult = { published: 0, failed: 0 };
  const answers = new Set<Promise<void>>();
  const makeEvent = eventMaker(order);
  const publishOne = (room: number) => {
    result.published++;
    const answer = publish(makeEvent(room));
    if (answer === undefined) return;
    const settled = answer.then(
      () => void answers.delete(settled),
      () => {
        answers.delete(settled);
        result.failed++;
      },
    );
    answers.add(settled);
  };
  const total = Math.max(1, Math.round((order.burstsPerSecond * order.durationMs) / 1_000));
  const intervalMs = 1_000 / order.burstsPerSecond;
  const gapMs = order.isolated && intervalMs > fewestMs ? leastGap * intervalMs : 0;
  const start = performance.now();
  for (let bursts = 0; bursts < total; ) {
    const due = Math.floor((performance.now() - start) / intervalMs) + 1;
    const until = Math.min(total, order.isolated ? Math.min(due, bursts + 1) : due);
    const publishedAt = performance.now();
    for (; bursts < until; bursts++) {
      for (let event = 0; event < order.burst; event++) publishOne(bursts % order.rooms);
    }
    await turnAt(Math.max(start + bursts * intervalMs, publishedAt + gapMs));
  }
  await Promise.all(answers);
  return result;
}

function makeList(bytes: number): object[] {
  const list: object[] = [];
  for (let length = 0; length < bytes; ) {
    const instance = {
      instanceId: randomUUID(),
      name: `service-${list.length}`,
      state: list.length % 3 === 0 ? "stopped" : "running",
      region: `eu-west-${list.length % 4}`,
      cpuPercent: Math.round(Math.random() * 10_000) / 100,
      updatedAt: new Date().toISOString(),
    };
    list.push(instance);
    length += JSON.stringify(instance).length + 1;
  }
  return list;
}

/**
 * Resolves at the given time, after the work that this turn of the event loop has scheduled, without polling.
 */
function turnAt(dueMs: number): Promise<void> {
  const waitMs = dueMs - performance.now();
  return new Promise((resolve) => {
    if (waitMs > 0) setTimeout(resolve, waitMs);
    else setImmediate(() => setImmediate(resolve));
  });
}

const idPrefix = randomUUID().slice(0, -12);
let events = 0;

/** Microseconds of a monotonic clock that all processes of the machine share. */
function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.round(nanoseconds / 1_000);
}

/** Making events is the application's work, so constant parts are made only once, as in `floor.c`. */
function eventMaker({ eventBytes = 0 }: FeedOrder): (room: number) => BenchEvent {
  const list = makeList(eventBytes);
  const timestamp = new Date().toISOString();
  return (number) => {
    const sentAtUs = nowUs();
    const changes = list.length === 0 ? { sentAtUs } : { sentAtUs, list };
    return {
      id: idPrefix + (events++).toString(16).padStart(12, "0"),
      type: "project.updated",
      room: `project:${number}`,
      timestamp,
      correlationId: null,
      data: { projectId: String(number), projectName: "Apollo", status: "active", updatedBy: "u1", changes },
    };
  };
}
