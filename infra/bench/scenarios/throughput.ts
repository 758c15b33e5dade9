import type { Environment } from "../environment.ts";
import { measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import { startOverRedis } from "../servers/roomcast.ts";
import { startSocketIoRedis } from "../servers/socket-io.ts";
import { closeSetups, openSetups, type Setup } from "../setup.ts";
import { type Circumstances, Table } from "../table.ts";
import { orderOf, smallLoad } from "./latency.ts";
import type { Scenario } from "./scenario.ts";

/** A rate is sustained if all events arrive, and 99% of them within this time. */
const maxP99Us = 50_000;

const peer = "socket.io-redis";
const growth = 1.25;
const maxSteps = 16;
/** After this many failed rates in a row, the reason is not a short disturbance of the machine. */
const maxFailures = 3;

/** The highest rate of events through Redis to the clients. */
export const throughput: Scenario = async (environment) => {
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
  const { clients, rooms } = smallLoad;
  const setting = { rooms, measuresLatency: true };
  const setups = await openSetups(environment, [startOverRedis, startSocketIoRedis], setting, clients);
  try {
    const { startEventsPerSecond, stepMs } = environment.profile.throughput;
    // Warm up first: compiling the code must not count.
    const warmUp = orderOf(startEventsPerSecond, stepMs);
    for (const setup of setups) await measureFeed(setup, warmUp, clients);
    await climb(environment, table, setups);
    await compare(environment, table, setups);
  } finally {
    await closeSetups(setups);
  }
  return table;
};

/** Raises the rate of all servers in step, so that disturbances of the machine affect all alike. */
async function climb({ profile, log }: Environment, table: Table, setups: readonly Setup[]): Promise<void> {
  const { startEventsPerSecond, stepMs } = profile.throughput;
  const climbers = setups.map((setup) => ({ setup, failures: 0, best: undefined as Sustained | undefined }));
  let offered = startEventsPerSecond;
  for (let step = 0; step < maxSteps; step++, offered *= growth) {
    for (const climber of climbers.filter(({ failures }) => failures < maxFailures)) {
      const found = await bestOfTwo(climber.setup, offered, stepMs);
      climber.failures = found === undefined ? climber.failures + 1 : 0;
      climber.best = found ?? climber.best;
      log(`throughput: ${climber.setup.server.name} at ${offered.toFixed(0)}/s: ${describe(found)}`);
    }
  }
  for (const { setup, best } of climbers) {
    if (best === undefined) continue;
    table.add(setup.server.name, "rate", best.rate, best);
    table.add(setup.server.name, "p99", best.p99Us / 1_000, best);
  }
}

async function compare({ profile }: Environment, table: Table, setups: readonly Setup[]): Promise<void> {
  const rate = table.spread(peer, "rate")?.median;
  if (rate === undefined) return;
  const { stepMs, rounds } = profile.throughput;
  const measureAt = (setup: Setup, eventsPerSecond: number) =>
    measureFeed(setup, orderOf(eventsPerSecond, stepMs), smallLoad.clients);
  await inRounds(rounds, setups, async (setup) => {
    const { name } = setup.server;
    const common = await measureAt(setup, rate);
    table.add(name, "common-p99", common.report.p99Us / 1_000, common);
    // The peer cannot sustain twice its highest rate.
    const double = name === peer ? common : await measureAt(setup, 2 * rate);
    table.add(name, "double-p99", double.report.p99Us / 1_000, double);
  });
}

/** A rate that a server has sustained. */
interface Sustained extends Circumstances {
  rate: number;
  p99Us: number;
}

/** Tries twice, so that one disturbance of the machine does not count. */
async function bestOfTwo(setup: Setup, eventsPerSecond: number, durationMs: number) {
  return (await attempt(setup, eventsPerSecond, durationMs)) ?? attempt(setup, eventsPerSecond, durationMs);
}

/** Returns the rate at which events really went out, if it was sustained. */
async function attempt(
  setup: Setup,
  eventsPerSecond: number,
  durationMs: number,
): Promise<Sustained | undefined> {
  const order = orderOf(eventsPerSecond, durationMs);
  const { messages, elapsedUs, doubts, loadShare, report } = await measureFeed(
    setup,
    order,
    smallLoad.clients,
  );
  const perEvent = smallLoad.clients / smallLoad.rooms;
  const rate = messages / perEvent / (elapsedUs / 1_000_000);
  const isSustained = !doubts.includes("lost") && report.p99Us <= maxP99Us && rate > eventsPerSecond * 0.9;
  return isSustained ? { rate, p99Us: report.p99Us, doubts, loadShare } : undefined;
}

function describe(found: Sustained | undefined): string {
  if (found === undefined) return "not sustained";
  return `${found.rate.toFixed(0)}/s, p99 ${found.p99Us} µs`;
}
