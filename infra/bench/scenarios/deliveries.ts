import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../environment.ts";
import { type FeedMeasurement, measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import type { StartServer } from "../servers/bench-server.ts";
import { closeSetups, openSetups, type Setup } from "../setup.ts";
import { steadyRate } from "../steady-rate.ts";
import type { Table } from "../table.ts";

/** A server that cannot keep up just needs longer. */
const warmUpEventsPerSecond = 20_000;

/** Publishes events to every server without measuring. */
export async function warmUp(setups: readonly Setup[], events: number, clients: number, rooms: number) {
  const durationMs = (1_000 * events) / warmUpEventsPerSecond;
  const order = { ...shapeOf(1, rooms), burstsPerSecond: warmUpEventsPerSecond, durationMs };
  for (const setup of setups) await measureFeed(setup, order, clients);
}

/** Few clients, so that many events can be published before the other clients connect. */
const warmUpClients = 10;

/** Opens servers with their first clients, all in one room, and warms them up. */
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
 * A client that reads each message as it arrives is woken for each, and the server pays for that. So clients
 * read after one or two messages. With more clients, it takes longer until each has some.
 */
const restMsPerClient = 0.01;

/**
 * Longer than TCP's shortest timeout of 200 ms.
 * Clients that received nothing for so long acknowledge at once.
 */
const pauseMs = 250;

/**
 * With one room, bursts must be isolated, because events of one tick would reach the same clients together.
 */
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
  /** Default: the small event. */
  eventBytes?: number;
  /** Another column, for KB on the wire per message. */
  wireId?: string;
}

/** Fills a column. It measures every server in rounds, at a rate that keeps it steadily busy. */
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
    // Other servers have filled the processor's cache in between. Warm it up again, because in production a
    // server does not share it.
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

/** Formats the measurement and how busy both sides were. */
function progress({ serverUs, loadShare, messages, elapsedUs, doubts }: FeedMeasurement): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  const cost = (serverUs / messages).toFixed(2);
  return [
    `${cost} µs (${messages} messages; server ${percent(serverUs / elapsedUs)}, load ${percent(loadShare)})`,
    ...doubts.map((doubt) => `[${doubt}]`),
  ].join(" ");
}
