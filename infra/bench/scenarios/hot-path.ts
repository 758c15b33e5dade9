import { startEmbedded } from "../servers/roomcast.ts";
import { startSocketIo } from "../servers/socket-io.ts";
import { closeSetups } from "../setup.ts";
import { Table } from "../table.ts";
import { measureDeliveries, openWarm } from "./deliveries.ts";
import type { Scenario } from "./scenario.ts";

/** Only the fan-out, small and with enough rounds to compare it with the committed ratio. */
export const hotPath: Scenario = async (environment) => {
  const { clients, rounds } = environment.profile.micro;
  const table = new Table({
    id: "micro",
    title: "Hot path: CPU per delivered message",
    text: `${clients} clients in one room, one event at a time.`,
    reference: "socket.io",
    columns: [{ id: "single", label: "CPU per delivered message", unit: "µs" }],
  });
  const setups = await openWarm(environment, [startEmbedded, startSocketIo]);
  try {
    for (const { load } of setups) await load.connect(clients);
    await measureDeliveries(environment, table, setups, {
      id: "single",
      clients,
      rooms: 1,
      burst: 1,
      rounds,
    });
  } finally {
    await closeSetups(setups);
  }
  return table;
};
