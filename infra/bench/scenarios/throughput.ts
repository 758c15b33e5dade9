import { startOverRedis } from "../contestants/roomcast.ts";
import { startSocketIoRedis } from "../contestants/socket-io.ts";
import type { Lab } from "../lab.ts";
import { measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import { closeStages, openStages, type Stage } from "../stage.ts";
import { type Circumstances, Table } from "../table.ts";
import { orderOf, smallCrowd } from "./latency.ts";
import type { Scenario } from "./scenario.ts";

/** A rate is sustained if everything arrives and 99 of 100 within this time. */
const maxP99Us = 50_000;

const peer = "socket.io-redis";
const growth = 1.25;
const maxSteps = 16;
/** Rates in a row that were not sustained: then it is not the machine's hiccup. */
const maxFailures = 3;

/** The most events per second that go all the way through Redis to the clients. */
export const throughput: Scenario = async (lab) => {
  const table = new Table({
    id: "throughput",
    title: "Publish throughput through Redis",
    text: `A publisher process, Redis, one replica, and the same clients. The rate is raised by a quarter, for all in turn, until an event is lost or p99 passes ${maxP99Us / 1_000} ms at ${maxFailures} rates in a row; the highest rate that was sustained counts. Then all are measured at the peer's highest rate, and Roomcast at twice that.`,
    reference: peer,
    columns: [
      { id: "rate", label: "events/s sustained", unit: "/s" },
      { id: "p99", label: "p99 at that rate", unit: "ms" },
      { id: "common-p99", label: "p99 at the peer's rate", unit: "ms" },
      { id: "double-p99", label: "p99, Roomcast at twice that rate", unit: "ms" },
    ],
  });
  const { clients, rooms } = smallCrowd;
  const setting = { rooms, measuresLatency: true };
  const stages = await openStages(lab, [startOverRedis, startSocketIoRedis], setting, clients);
  try {
    const { startEventsPerSecond, stepMs } = lab.profile.throughput;
    // What runs for the first time is compiled on the way, and that is not what is asked.
    const warmUp = orderOf(startEventsPerSecond, stepMs);
    for (const stage of stages) await measureFeed(stage, warmUp, clients);
    await climb(lab, table, stages);
    await compare(lab, table, stages);
  } finally {
    await closeStages(stages);
  }
  return table;
};

/** Raises the rate for all in step, so that a hiccup of the machine falls on all alike. */
async function climb({ profile, log }: Lab, table: Table, stages: readonly Stage[]): Promise<void> {
  const { startEventsPerSecond, stepMs } = profile.throughput;
  const climbers = stages.map((stage) => ({ stage, failures: 0, best: undefined as Sustained | undefined }));
  let offered = startEventsPerSecond;
  for (let step = 0; step < maxSteps; step++, offered *= growth) {
    for (const climber of climbers.filter(({ failures }) => failures < maxFailures)) {
      const found = await bestOfTwo(climber.stage, offered, stepMs);
      climber.failures = found === undefined ? climber.failures + 1 : 0;
      climber.best = found ?? climber.best;
      log(`throughput: ${climber.stage.contestant.name} at ${offered.toFixed(0)}/s: ${describe(found)}`);
    }
  }
  for (const { stage, best } of climbers) {
    if (best === undefined) continue;
    table.add(stage.contestant.name, "rate", best.rate, best);
    table.add(stage.contestant.name, "p99", best.p99Us / 1_000, best);
  }
}

async function compare({ profile }: Lab, table: Table, stages: readonly Stage[]): Promise<void> {
  const rate = table.spread(peer, "rate")?.median;
  if (rate === undefined) return;
  const { stepMs, rounds } = profile.throughput;
  const measureAt = (stage: Stage, eventsPerSecond: number) =>
    measureFeed(stage, orderOf(eventsPerSecond, stepMs), smallCrowd.clients);
  await inRounds(rounds, stages, async (stage) => {
    const { name } = stage.contestant;
    const common = await measureAt(stage, rate);
    table.add(name, "common-p99", common.report.p99Us / 1_000, common);
    // Twice its highest rate is not for the peer.
    const double = name === peer ? common : await measureAt(stage, 2 * rate);
    table.add(name, "double-p99", double.report.p99Us / 1_000, double);
  });
}

/** What a server was seen to sustain. */
interface Sustained extends Circumstances {
  rate: number;
  p99Us: number;
}

/** One hiccup of the machine does not count. */
async function bestOfTwo(stage: Stage, eventsPerSecond: number, durationMs: number) {
  return (await attempt(stage, eventsPerSecond, durationMs)) ?? attempt(stage, eventsPerSecond, durationMs);
}

/** The rate at which events really went out, if it was sustained. */
async function attempt(
  stage: Stage,
  eventsPerSecond: number,
  durationMs: number,
): Promise<Sustained | undefined> {
  const order = orderOf(eventsPerSecond, durationMs);
  const { messages, elapsedUs, doubts, loadShare, report } = await measureFeed(
    stage,
    order,
    smallCrowd.clients,
  );
  const perEvent = smallCrowd.clients / smallCrowd.rooms;
  const rate = messages / perEvent / (elapsedUs / 1_000_000);
  const isSustained = !doubts.includes("lost") && report.p99Us <= maxP99Us && rate > eventsPerSecond * 0.9;
  return isSustained ? { rate, p99Us: report.p99Us, doubts, loadShare } : undefined;
}

function describe(found: Sustained | undefined): string {
  if (found === undefined) return "not sustained";
  return `${found.rate.toFixed(0)}/s, p99 ${found.p99Us} µs`;
}
