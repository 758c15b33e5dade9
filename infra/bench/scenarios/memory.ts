import { setTimeout as delay } from "node:timers/promises";
import { rssBytes } from "../cpu.ts";
import type { Environment } from "../environment.ts";
import type { Profile } from "../profile.ts";
import { inRounds } from "../rounds.ts";
import type { StartServer } from "../servers/bench-server.ts";
import { startEmbedded } from "../servers/roomcast.ts";
import { startSocketIo } from "../servers/socket-io.ts";
import { closeSetups, openSetup, type Setup } from "../setup.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

const starts = [startEmbedded, startSocketIo];

/** Two more rooms for every client, besides its project. Each room has five clients. */
const rooms = ["agent:%r", "channel:news-%r"];
const clientsPerRoom = 5;
const settleMs = 500;

/** The memory of an idle connection. */
export const memory: Scenario = async (environment) => {
  const { connections, rounds } = environment.profile.memory;
  const table = new Table({
    id: "memory",
    title: "Memory per idle connection",
    text: `${connections.toLocaleString("en")} connections, each in three rooms of five, after garbage collection, less what the server took before; the kernel's own part of a socket is the same for all and not in it.`,
    reference: "socket.io",
    columns: [
      { id: "heap", label: "heap", unit: "KB" },
      { id: "rss", label: "RSS", unit: "KB" },
    ],
  });
  const measure = (start: StartServer) =>
    measureMemory(environment, table, start, environment.profile.memory);
  await inRounds(rounds, starts, measure);
  return table;
};

/** Starts a server, measures its memory per connection, and adds it to the columns `heap` and `rss`. */
export async function measureMemory(
  environment: Environment,
  table: Table,
  start: StartServer,
  { connections, warmUp }: Pick<Profile["memory"], "connections" | "warmUp">,
): Promise<void> {
  const setting = { rooms: Math.ceil(connections / clientsPerRoom), moreRooms: rooms };
  const setup = await openSetup(environment, start, setting);
  if (setup === undefined) return;
  try {
    // The first connections compile code and allocate buffers.
    await setup.load.connect(warmUp);
    await setup.load.disconnect();
    const before = await settled(setup);
    await setup.load.connect(connections);
    const after = await settled(setup);
    const perConnection = (bytes: number) => bytes / 1_024 / connections;
    const { name } = setup.server;
    const [heap, rss] = [perConnection(after.heap - before.heap), perConnection(after.rss - before.rss)];
    table.add(name, "heap", heap);
    table.add(name, "rss", rss);
    environment.log(`${table.id} memory: ${name} heap ${heap.toFixed(1)} KB, RSS ${rss.toFixed(1)} KB`);
  } finally {
    await closeSetups([setup]);
  }
}

async function settled({ server }: Setup): Promise<{ heap: number; rss: number }> {
  await delay(settleMs);
  const heap = (await server.heapBytes?.()) ?? 0;
  return { heap, rss: rssBytes(server.pid) };
}
