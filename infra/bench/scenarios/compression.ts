import type { StartContestant } from "../contestants/contestant.ts";
import { startDeflating, startEmbedded } from "../contestants/roomcast.ts";
import { startSocketIoDeflate } from "../contestants/socket-io.ts";
import type { Lab } from "../lab.ts";
import { measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import { closeStages, openStages, type Stage } from "../stage.ts";
import { steadyRate } from "../steady-rate.ts";
import { Table } from "../table.ts";
import { measureMemory } from "./memory.ts";
import type { Scenario } from "./scenario.ts";

const starts: readonly StartContestant[] = [startEmbedded, startDeflating, startSocketIoDeflate];

const rounds = 2;
const warmUp = 100;

/** What deflating large events costs and saves. */
export const compression: Scenario = async (lab) => {
  const { clients, connections, eventBytes } = lab.profile.compression;
  const table = new Table({
    id: "compression",
    title: "Compression of large events",
    text: `An event of about ${eventBytes.toLocaleString("en")} bytes to ${clients} clients in one room, and ${connections.toLocaleString("en")} idle connections in three rooms each. Where deflate is on, clients deflate what they send, as browsers do.`,
    reference: "roomcast",
    columns: [
      { id: "cpu", label: "CPU per delivered message", unit: "µs" },
      { id: "bytes", label: "bytes on the wire per message", unit: "KB" },
      { id: "heap", label: "heap per idle connection", unit: "KB" },
      { id: "rss", label: "RSS per idle connection", unit: "KB" },
    ],
  });
  const stages = await openStages(lab, starts, { rooms: 1 }, clients);
  try {
    await measureEvents(lab, table, stages);
  } finally {
    await closeStages(stages);
  }
  for (const start of starts) await measureMemory(lab, table, start, { connections, warmUp });
  return table;
};

async function measureEvents(lab: Lab, table: Table, stages: readonly Stage[]): Promise<void> {
  const { measureMs, compression: profile } = lab.profile;
  const { clients, eventBytes } = profile;
  const shape = { burst: 1, rooms: 1, isolated: true, eventBytes };
  const rates = new Map<Stage, number>();
  for (const stage of stages) rates.set(stage, await steadyRate(stage, shape, clients, measureMs / 3));
  await inRounds(rounds, stages, async (stage) => {
    const order = { ...shape, burstsPerSecond: rates.get(stage) ?? 1, durationMs: measureMs / 2 };
    const { messages, serverUs, bytes, doubts } = await measureFeed(stage, order, clients);
    const { name } = stage.contestant;
    table.add(name, "cpu", serverUs / messages, doubts);
    table.add(name, "bytes", bytes / messages / 1_024, doubts);
    lab.log(`compression: ${name} ${(serverUs / messages).toFixed(1)} µs, ${Math.round(bytes / messages)} B`);
  });
}
