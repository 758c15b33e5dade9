import type { StartContestant } from "../contestants/contestant.ts";
import { startDeflating, startEmbedded } from "../contestants/roomcast.ts";
import { startSocketIoDeflate } from "../contestants/socket-io.ts";
import { closeStages, openStages } from "../stage.ts";
import { Table } from "../table.ts";
import { measureDeliveries } from "./deliveries.ts";
import { measureMemory } from "./memory.ts";
import type { Scenario } from "./scenario.ts";

const starts: readonly StartContestant[] = [startEmbedded, startDeflating, startSocketIoDeflate];

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
    const { rounds } = lab.profile.deliveries;
    const column = { id: "cpu", wireId: "bytes", clients, rooms: 1, burst: 1, rounds, eventBytes };
    await measureDeliveries(lab, table, stages, column);
  } finally {
    await closeStages(stages);
  }
  for (const start of starts) await measureMemory(lab, table, start, { connections, warmUp });
  return table;
};
