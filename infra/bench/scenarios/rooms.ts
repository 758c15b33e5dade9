import { startFloor } from "../contestants/floor.ts";
import { startNats } from "../contestants/nats.ts";
import { startNchan } from "../contestants/nchan.ts";
import { startEmbedded, startOverRedis } from "../contestants/roomcast.ts";
import { startSocketIo, startSocketIoRedis } from "../contestants/socket-io.ts";
import { closeStages, openStages } from "../stage.ts";
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

/** Many small rooms that take turns: what an event costs counts as much as what a client costs. */
export const rooms: Scenario = async (lab) => {
  const { clients, rooms: count } = lab.profile.rooms;
  const table = new Table({
    id: "rooms",
    title: "Many rooms: CPU per delivered message",
    text: `${clients.toLocaleString("en")} clients in ${count.toLocaleString("en")} rooms of ${clients / count}; the rooms take turns.`,
    reference: "socket.io",
    columns: [{ id: "rooms", label: "CPU per delivered message", unit: "µs" }],
  });
  const stages = await openStages(lab, starts, { rooms: count }, clients);
  try {
    const { warmUpEvents, deliveries } = lab.profile;
    await warmUp(stages, warmUpEvents, clients, count);
    const { rounds } = deliveries;
    await measureDeliveries(lab, table, stages, { id: "rooms", clients, rooms: count, burst: 1, rounds });
  } finally {
    await closeStages(stages);
  }
  return table;
};
