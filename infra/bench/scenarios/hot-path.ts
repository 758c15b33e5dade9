import { startEmbedded } from "../contestants/roomcast.ts";
import { startSocketIo } from "../contestants/socket-io.ts";
import { closeStages } from "../stage.ts";
import { Table } from "../table.ts";
import { measureDeliveries, openWarm } from "./deliveries.ts";
import type { Scenario } from "./scenario.ts";

/** The fan-out alone, small and often enough to compare it with the committed ratio. */
export const hotPath: Scenario = async (lab) => {
  const { clients, rounds } = lab.profile.micro;
  const table = new Table({
    id: "micro",
    title: "Hot path: CPU per delivered message",
    text: `${clients} clients in one room, one event at a time.`,
    reference: "socket.io",
    columns: [{ id: "single", label: "CPU per delivered message", unit: "µs" }],
  });
  const stages = await openWarm(lab, [startEmbedded, startSocketIo]);
  try {
    for (const { load } of stages) await load.connect(clients);
    await measureDeliveries(lab, table, stages, { id: "single", clients, rooms: 1, burst: 1, rounds });
  } finally {
    await closeStages(stages);
  }
  return table;
};
