import type { StartServer } from "../servers/bench-server.ts";
import { startDeflating, startEmbedded } from "../servers/roomcast.ts";
import { startSocketIoDeflate } from "../servers/socket-io.ts";
import { closeSetups, openSetups } from "../setup.ts";
import { Table } from "../table.ts";
import { measureDeliveries } from "./deliveries.ts";
import { measureMemory } from "./memory.ts";
import type { Scenario } from "./scenario.ts";

const starts: readonly StartServer[] = [startEmbedded, startDeflating, startSocketIoDeflate];

const warmUp = 100;

/** The cost and the savings of deflating large events. */
export const compression: Scenario = async (environment) => {
  const { clients, connections, eventBytes } = environment.profile.compression;
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
  const setups = await openSetups(environment, starts, { rooms: 1 }, clients);
  try {
    const { rounds } = environment.profile.deliveries;
    const column = { id: "cpu", wireId: "bytes", clients, rooms: 1, burst: 1, rounds, eventBytes };
    await measureDeliveries(environment, table, setups, column);
  } finally {
    await closeSetups(setups);
  }
  for (const start of starts) await measureMemory(environment, table, start, { connections, warmUp });
  return table;
};
