import type { Environment } from "../environment.ts";
import type { StartServer } from "../servers/bench-server.ts";
import { startCoalescedFloor, startFloor } from "../servers/floor.ts";
import { startNats } from "../servers/nats.ts";
import { startNchan } from "../servers/nchan.ts";
import { startEmbedded, startOverRedis, startPublicPath, startStreamPath } from "../servers/roomcast.ts";
import { startSocketIo, startSocketIoRedis } from "../servers/socket-io.ts";
import { closeSetups, type Setup } from "../setup.ts";
import { Table } from "../table.ts";
import { measureDeliveries, openWarm } from "./deliveries.ts";
import type { Scenario } from "./scenario.ts";

const starts: readonly StartServer[] = [
  startFloor,
  startCoalescedFloor,
  startEmbedded,
  startPublicPath,
  startStreamPath,
  startOverRedis,
  startNchan,
  startNats,
  startSocketIo,
  startSocketIoRedis,
];

const modes = [
  { id: "single", label: "one event at a time", burst: 1 },
  { id: "burst", label: "bursts of 10", burst: 10 },
] as const;

/** All clients are in one room: measures the server's cost of one delivered message. */
export const fanOut: Scenario = async (environment) => {
  const { clients } = environment.profile.fanOut;
  const table = new Table({
    id: "fan-out",
    title: "Fan-out: CPU per delivered message",
    text: "All clients in one room, an event of about 270 bytes, one at a time or ten in one tick. CPU time of the server process, user and system, divided by the messages that clients received.",
    reference: "socket.io",
    columns: clients.flatMap((count) =>
      modes.map(({ id, label }) => ({
        id: `${count}/${id}`,
        label: `${count.toLocaleString("en")} clients, ${label}`,
        unit: "µs",
      })),
    ),
  });
  const setups = await openWarm(environment, starts);
  try {
    for (const count of clients) await measureClients(environment, table, setups, count);
  } finally {
    await closeSetups(setups);
  }
  return table;
};

async function measureClients(
  environment: Environment,
  table: Table,
  setups: readonly Setup[],
  clients: number,
) {
  for (const { load } of setups) await load.connect(clients);
  for (const { id, burst } of modes) {
    // A single event cannot be coalesced with another.
    const measured = setups.filter(({ server }) => burst > 1 || server.name !== "floor-coalesced");
    const { rounds } = environment.profile.deliveries;
    const column = { id: `${clients}/${id}`, clients, rooms: 1, burst, rounds };
    await measureDeliveries(environment, table, measured, column);
  }
}
