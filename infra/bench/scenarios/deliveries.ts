import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../environment.ts";
import { type FeedMeasurement, measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import type { StartServer } from "../servers/bench-server.ts";
import { closeSetups, openSetups, type Setup } from "../setup.ts";
import { steadyRate } from "../steady-rate.ts";
import type { Table } from "../table.ts";

/** A server that cannot keep up takes longer. */
const warmUpEventsPerSecond = 20_000;

/** Publishes events to every server that are not measured, to its clients in so many rooms. */
export async function warmUp(setups: readonly Setup[], events: number, clients: number, rooms: number) {
  const durationMs = (1_000 * events) / warmUpEventsPerSecond;
  const order = { ...shapeOf(1, rooms), burstsPerSecond: warmUpEventsPerSecond, durationMs };
  for (const setup of setups) await measureFeed(setup, order, clients);
}

/** Few, so that many events can be published before the others come. */
const warmUpClients = 10;

/** Servers that are warm, with their first clients, all in one room. */
export async function openWarm(environment: Environment, starts: readonly StartServer[]): Promise<Setup[]> {
  const setups = await openSetups(environment, starts, { rooms: 1 }, warmUpClients);
  try {
    await warmUp(setups, environment.profile.warmUpEvents, warmUpClients, 1);
    return setups;
  } catch (error) {
    await closeSetups(setups);
    throw error;
  }
}

/**
 * Whoever reads each message as it comes is woken for each, and the server pays for that; here clients read at leisure,
 * after one or two: the more there are, the longer it takes until each has some.
 */
const restMsPerClient = 0.01;

/** Longer than TCP's shortest timeout, 200 ms: clients that heard nothing for that long acknowledge at once. */
const pauseMs = 250;

/** With one room, events of one tick would reach the same clients together. */
function shapeOf(burst: number, rooms: number) {
  return { burst, rooms, isolated: rooms === 1 };
}

/** One column of a table of costs per delivered message. */
export interface DeliveryColumn {
  id: string;
  clients: number;
  rooms: number;
  burst: number;
  rounds: number;
  /** Default: the small events. */
  eventBytes?: number;
  /** A further column, for KB on the wire per message. */
  wireId?: string;
}

/** Fills a column: every server at a rate that keeps it steadily busy, in rounds. */
export async function measureDeliveries(
  environment: Environment,
  table: Table,
  setups: readonly Setup[],
  { id, clients, rooms, burst, rounds, eventBytes, wireId }: DeliveryColumn,
): Promise<void> {
  const { measureMs } = environment.profile.deliveries;
  for (const { load } of setups) await load.rest(Math.round(clients * restMsPerClient));
  const rates = new Map<Setup, number>();
  const shape = { ...shapeOf(burst, rooms), ...(eventBytes === undefined ? {} : { eventBytes }) };
  const restingSince = new Map<Setup, number>();
  for (const setup of setups) rates.set(setup, await steadyRate(setup, shape, clients, measureMs));
  await inRounds(rounds, setups, async (setup) => {
    const order = { ...shape, burstsPerSecond: rates.get(setup) ?? 1, durationMs: measureMs };
    await delay(Math.max(0, (restingSince.get(setup) ?? 0) + pauseMs - performance.now()));
    // Meanwhile other servers were in the processor's cache, which one that has the machine to itself does not suffer.
    await measureFeed(setup, { ...order, durationMs: (1_000 * rooms) / order.burstsPerSecond }, clients);
    const measured = await measureFeed(setup, order, clients);
    restingSince.set(setup, performance.now());
    const { name } = setup.server;
    const { serverUs, messages, bytes } = measured;
    table.add(name, id, serverUs / messages, measured);
    if (wireId !== undefined) table.add(name, wireId, bytes / messages / 1_024, measured);
    environment.log(`${table.id} ${id}: ${name} ${progress(measured)}`);
  });
}

/** What was measured and how busy both sides were. */
function progress({ serverUs, loadShare, messages, elapsedUs, doubts }: FeedMeasurement): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  const cost = (serverUs / messages).toFixed(2);
  return [
    `${cost} µs (${messages} messages; server ${percent(serverUs / elapsedUs)}, load ${percent(loadShare)})`,
    ...doubts.map((doubt) => `[${doubt}]`),
  ].join(" ");
}
