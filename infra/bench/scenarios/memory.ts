import { setTimeout as delay } from "node:timers/promises";
import type { StartContestant } from "../contestants/contestant.ts";
import { startEmbedded } from "../contestants/roomcast.ts";
import { startSocketIo } from "../contestants/socket-io.ts";
import { rssBytes } from "../cpu.ts";
import type { Lab } from "../lab.ts";
import type { Profile } from "../profile.ts";
import { inRounds } from "../rounds.ts";
import { closeStages, openStage, type Stage } from "../stage.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

const starts = [startEmbedded, startSocketIo];

/** Three rooms for every client, of five clients each. */
const rooms = ["agent:%r", "channel:news-%r"];
const clientsPerRoom = 5;
const settleMs = 500;

/** What a connection that does nothing takes. */
export const memory: Scenario = async (lab) => {
  const { connections, rounds } = lab.profile.memory;
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
  const measure = (start: StartContestant) => measureMemory(lab, table, start, lab.profile.memory);
  await inRounds(rounds, starts, measure);
  return table;
};

/** Adds to the columns `heap` and `rss` what a server took that was started for it. */
export async function measureMemory(
  lab: Lab,
  table: Table,
  start: StartContestant,
  { connections, warmUp }: Pick<Profile["memory"], "connections" | "warmUp">,
): Promise<void> {
  const setting = { rooms: Math.ceil(connections / clientsPerRoom), moreRooms: rooms };
  const stage = await openStage(lab, start, setting);
  if (stage === undefined) return;
  try {
    // Code is compiled and buffers are made by the first connections.
    await stage.load.connect(warmUp);
    await stage.load.disconnect();
    const before = await settled(stage);
    await stage.load.connect(connections);
    const after = await settled(stage);
    const perConnection = (bytes: number) => bytes / 1_024 / connections;
    const { name } = stage.contestant;
    const [heap, rss] = [perConnection(after.heap - before.heap), perConnection(after.rss - before.rss)];
    table.add(name, "heap", heap);
    table.add(name, "rss", rss);
    lab.log(`${table.id} memory: ${name} heap ${heap.toFixed(1)} KB, RSS ${rss.toFixed(1)} KB`);
  } finally {
    await closeStages([stage]);
  }
}

async function settled({ contestant }: Stage): Promise<{ heap: number; rss: number }> {
  await delay(settleMs);
  const heap = (await contestant.heapBytes?.()) ?? 0;
  return { heap, rss: rssBytes(contestant.pid) };
}
