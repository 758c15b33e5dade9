import { setTimeout as delay } from "node:timers/promises";
import type { ContestantName, Setting, StartContestant } from "../contestants/contestant.ts";
import { resuming, untilGreeted } from "../contestants/resuming-plan.ts";
import { startEmbedded } from "../contestants/roomcast.ts";
import { startSocketIo, startSocketIoKey } from "../contestants/socket-io.ts";
import { cpuUs } from "../cpu.ts";
import type { Lab } from "../lab.ts";
import type { ClientPlan } from "../load/client-plan.ts";
import { circumstances } from "../load/load-share.ts";
import { inRounds } from "../rounds.ts";
import { closeStages, openStage, type Stage } from "../stage.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

const setting: Setting = { rooms: 100 };
const settleMs = 200;

/** What it takes to let a client in. */
export const connect: Scenario = async (lab) => {
  const { connections, atOnce, warmUpRounds, rounds } = lab.profile.connect;
  const table = new Table({
    id: "connect",
    title: "Connecting",
    text: `WebSocket upgrade, Socket.IO handshake and an HS256 token check, ${atOnce} at once, ${connections.toLocaleString("en")} per round, after ${warmUpRounds} rounds that do not count. A resume also reads the session and brings it back into its rooms.`,
    reference: "socket.io",
    columns: [
      { id: "cpu", label: "CPU per accepted connection", unit: "ms" },
      { id: "rate", label: "handshakes/s", unit: "/s" },
    ],
  });
  const stages = await openConnecting(lab);
  try {
    await inRounds(warmUpRounds + rounds, stages, (stage) => measureRound(lab, table, stage));
  } finally {
    await closeStages(stages.map(({ stage }) => stage));
  }
  return table;
};

interface ConnectStage {
  name: ContestantName;
  stage: Stage;
  roundsDone: number;
}

async function openConnecting(lab: Lab): Promise<ConnectStage[]> {
  const connected = (plan: ClientPlan): ClientPlan => ({ ...plan, steps: plan.steps.slice(0, 3) });
  const entries: [StartContestant, ContestantName, (plan: ClientPlan) => ClientPlan][] = [
    [startEmbedded, "roomcast", untilGreeted],
    [startEmbedded, "roomcast-resume", resuming],
    [startSocketIo, "socket.io", connected],
    [startSocketIoKey, "socket.io-key", connected],
  ];
  const stages: ConnectStage[] = [];
  for (const [start, name, change] of entries) {
    const changed: StartContestant = async (...args) => {
      const contestant = await start(...args);
      return contestant && { ...contestant, name, plan: change(contestant.plan) };
    };
    const stage = await openStage(lab, changed, setting);
    if (stage !== undefined) stages.push({ name, stage, roundsDone: 0 });
  }
  return stages;
}

async function measureRound({ profile, log }: Lab, table: Table, entry: ConnectStage): Promise<void> {
  const { connections, atOnce, warmUpRounds } = profile.connect;
  const { name, stage } = entry;
  const reportBefore = await stage.load.report();
  const before = cpuUs(stage.contestant.pid);
  const { elapsedUs } = await stage.load.connect(connections, atOnce);
  const usedUs = cpuUs(stage.contestant.pid) - before;
  const during = circumstances(reportBefore, await stage.load.report());
  entry.roundsDone++;
  if (entry.roundsDone > warmUpRounds) {
    table.add(name, "cpu", usedUs / connections / 1_000, during);
    table.add(name, "rate", connections / (elapsedUs / 1_000_000), during);
    log(`connect: ${name} ${(usedUs / connections / 1_000).toFixed(3)} ms`);
  }
  await stage.load.disconnect();
  await stage.load.resumeSessions(true);
  // The server has to see that they are gone: a resume would evict them else.
  await delay(settleMs);
}
