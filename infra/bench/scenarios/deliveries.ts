import type { StartContestant } from "../contestants/contestant.ts";
import type { Lab } from "../lab.ts";
import { type FeedMeasurement, measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import { closeStages, openStages, type Stage } from "../stage.ts";
import { steadyRate } from "../steady-rate.ts";
import type { Table } from "../table.ts";

/** A server that cannot keep up takes longer. */
const warmUpEventsPerSecond = 20_000;

/** Publishes events to every server that are not measured, to its clients in so many rooms. */
export async function warmUp(stages: readonly Stage[], events: number, rooms: number): Promise<void> {
  const durationMs = (1_000 * events) / warmUpEventsPerSecond;
  const shape = shapeOf(1, rooms);
  for (const { contestant } of stages)
    await contestant.feed({ ...shape, burstsPerSecond: warmUpEventsPerSecond, durationMs });
}

/** Few, so that many events can be published before the others come. */
const warmUpClients = 10;

/** Servers that are warm, with their first clients, all in one room. */
export async function openWarm(lab: Lab, starts: readonly StartContestant[]): Promise<Stage[]> {
  const stages = await openStages(lab, starts, { rooms: 1 }, warmUpClients);
  try {
    await warmUp(stages, lab.profile.warmUpEvents, 1);
    return stages;
  } catch (error) {
    await closeStages(stages);
    throw error;
  }
}

/**
 * Whoever reads each message as it comes is woken for each, and the server pays for that; here clients read at leisure,
 * after one or two: the more there are, the longer it takes until each has some.
 */
const restMsPerClient = 0.01;

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
}

/** Fills a column: every server at a rate that keeps it steadily busy, in rounds. */
export async function measureDeliveries(
  lab: Lab,
  table: Table,
  stages: readonly Stage[],
  { id, clients, rooms, burst, rounds }: DeliveryColumn,
): Promise<void> {
  const { measureMs } = lab.profile.deliveries;
  for (const { load } of stages) await load.rest(Math.round(clients * restMsPerClient));
  const rates = new Map<Stage, number>();
  const shape = shapeOf(burst, rooms);
  for (const stage of stages) rates.set(stage, await steadyRate(stage, shape, clients, measureMs));
  await inRounds(rounds, stages, async (stage) => {
    const order = { ...shape, burstsPerSecond: rates.get(stage) ?? 1, durationMs: measureMs };
    // Meanwhile other servers were in the processor's cache, which one that has the machine to itself does not suffer.
    await measureFeed(stage, { ...order, durationMs: 0 }, clients);
    const measured = await measureFeed(stage, order, clients);
    const { name } = stage.contestant;
    table.add(name, id, measured.serverUs / measured.messages, measured.doubts);
    lab.log(`${table.id} ${id}: ${name} ${progress(measured)}`);
  });
}

/** What was measured and how busy both sides were. */
function progress({ serverUs, loadUs, messages, elapsedUs, doubts }: FeedMeasurement): string {
  const share = (us: number) => `${((100 * us) / elapsedUs).toFixed(0)}%`;
  const cost = (serverUs / messages).toFixed(2);
  return [
    `${cost} µs (${messages} messages; server ${share(serverUs)}, load ${share(loadUs)})`,
    ...doubts.map((doubt) => `[${doubt}]`),
  ].join(" ");
}
