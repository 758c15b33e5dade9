import type { StartContestant } from "../contestants/contestant.ts";
import { startCoalescedFloor, startFloor } from "../contestants/floor.ts";
import { startNats } from "../contestants/nats.ts";
import { startNchan } from "../contestants/nchan.ts";
import { startEmbedded, startOverRedis, startPublicPath, startStreamPath } from "../contestants/roomcast.ts";
import { startSocketIo, startSocketIoRedis } from "../contestants/socket-io.ts";
import type { Lab } from "../lab.ts";
import { closeStages, type Stage } from "../stage.ts";
import { Table } from "../table.ts";
import { measureDeliveries, openWarm } from "./deliveries.ts";
import type { Scenario } from "./scenario.ts";

const starts: readonly StartContestant[] = [
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

/** All clients in one room: what one delivered message costs the server. */
export const fanOut: Scenario = async (lab) => {
  const { clients } = lab.profile.fanOut;
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
  const stages = await openWarm(lab, starts);
  try {
    for (const count of clients) await measureCrowd(lab, table, stages, count);
  } finally {
    await closeStages(stages);
  }
  return table;
};

async function measureCrowd(lab: Lab, table: Table, stages: readonly Stage[], clients: number) {
  for (const { load } of stages) await load.connect(clients);
  for (const { id, burst } of modes) {
    // Alone, an event has nothing to be coalesced with.
    const takers = stages.filter(({ contestant }) => burst > 1 || contestant.name !== "floor-coalesced");
    const { rounds } = lab.profile.deliveries;
    const column = { id: `${clients}/${id}`, clients, rooms: 1, burst, rounds };
    await measureDeliveries(lab, table, takers, column);
  }
}
