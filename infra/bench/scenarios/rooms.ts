import { startFloor } from "../servers/floor.ts";
import { startNats } from "../servers/nats.ts";
import { startNchan } from "../servers/nchan.ts";
import { startEmbedded, startOverRedis } from "../servers/roomcast.ts";
import { startSocketIo, startSocketIoRedis } from "../servers/socket-io.ts";
import { closeSetups, openSetups } from "../setup.ts";
import { Table } from "../table.ts";
import { measureDeliveries, warmUp } from "./deliveries.ts";
import type { Scenario } from "./scenario.ts";

const starts = [
  startFloor,
  startEmbedded,
  startOverRedis,
  startNchan,
  startNats,
  startSocketIo,
  startSocketIoRedis,
];

/** Many small rooms in turn: the cost of an event counts as much as the cost of a client. */
export const rooms: Scenario = async (environment) => {
  const { clients, rooms: count } = environment.profile.rooms;
  const table = new Table({
    id: "rooms",
    title: "Many rooms: CPU per delivered message",
    text: `${clients.toLocaleString("en")} clients in ${count.toLocaleString("en")} rooms of ${clients / count}; the rooms take turns.`,
    reference: "socket.io",
    columns: [{ id: "rooms", label: "CPU per delivered message", unit: "µs" }],
  });
  const setups = await openSetups(environment, starts, { rooms: count }, clients);
  try {
    const { warmUpEvents, deliveries } = environment.profile;
    await warmUp(setups, warmUpEvents, clients, count);
    const { rounds } = deliveries;
    await measureDeliveries(environment, table, setups, {
      id: "rooms",
      clients,
      rooms: count,
      burst: 1,
      rounds,
    });
  } finally {
    await closeSetups(setups);
  }
  return table;
};
