import { randomUUID } from "node:crypto";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

/** An event as every server under test sends it: the envelope of a `project.updated`, about 270 bytes of JSON. */
export interface BenchEvent {
  id: string;
  type: "project.updated";
  room: `project:${number}`;
  timestamp: string;
  correlationId: null;
  data: object;
}

/** What a feed is to publish. */
export interface FeedOrder {
  burstsPerSecond: number;
  /** Events published in one tick, all to one room. */
  burst: number;
  /** The rooms `project:0` to `project:<rooms - 1>` take turns. */
  rooms: number;
  durationMs: number;
  /** Every burst has a turn of the event loop to itself, so that nothing can be coalesced but the burst. */
  isolated: boolean;
  /** About as many bytes for each event, of a list such as an API answers with. Default: the small one. */
  eventBytes?: number;
}

/** What became of an order. */
export interface FeedResult {
  published: number;
  failed: number;
}

/** Publishes one event; a promise it returns tells whether it was taken. */
export type Publish = (event: BenchEvent) => Promise<unknown> | undefined;

/** Publishes in even time and resolves when everything published was taken or has failed. */
export async function feed(order: FeedOrder, publish: Publish): Promise<FeedResult> {
  const result: FeedResult = { published: 0, failed: 0 };
  const answers = new Set<Promise<void>>();
  const list = makeList(order.eventBytes ?? 0);
  const publishOne = (room: number) => {
    result.published++;
    const answer = publish(makeEvent(room, list));
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
  const start = performance.now();
  for (let bursts = 0; bursts < total; ) {
    const due = Math.floor(((performance.now() - start) * order.burstsPerSecond) / 1_000) + 1;
    const until = Math.min(total, order.isolated ? Math.min(due, bursts + 1) : due);
    if (until === bursts) await delay(1);
    for (; bursts < until; bursts++) {
      for (let event = 0; event < order.burst; event++) publishOne(bursts % order.rooms);
    }
    await nextTurn();
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

function makeEvent(number: number, list: object[]): BenchEvent {
  const projectId = String(number);
  // Monotonic, and the same clock in every process of the machine.
  const sentAtUs = Number(process.hrtime.bigint() / 1_000n);
  const changes = list.length === 0 ? { sentAtUs } : { sentAtUs, list };
  return {
    id: randomUUID(),
    type: "project.updated",
    room: `project:${number}`,
    timestamp: new Date().toISOString(),
    correlationId: null,
    data: { projectId, projectName: "Apollo", status: "active", updatedBy: "u1", changes },
  };
}
