import { setTimeout as delay } from "node:timers/promises";
import { cpuUs } from "../cpu.ts";
import type { Environment } from "../environment.ts";
import type { ClientPlan } from "../load/client-plan.ts";
import { circumstances } from "../load/load-share.ts";
import { inRounds } from "../rounds.ts";
import type { ServerName, Setting, StartServer } from "../servers/bench-server.ts";
import { resuming, untilWelcomed } from "../servers/resuming-plan.ts";
import { startEmbedded } from "../servers/roomcast.ts";
import { startSocketIo, startSocketIoKey } from "../servers/socket-io.ts";
import { closeSetups, openSetup, type Setup } from "../setup.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

const setting: Setting = { rooms: 100 };
const settleMs = 200;

/** The cost of accepting a client. */
export const connect: Scenario = async (environment) => {
  const { connections, atOnce, warmUpRounds, rounds } = environment.profile.connect;
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
  const setups = await openConnecting(environment);
  try {
    await inRounds(warmUpRounds + rounds, setups, (setup) => measureRound(environment, table, setup));
  } finally {
    await closeSetups(setups.map(({ setup }) => setup));
  }
  return table;
};

interface ConnectSetup {
  name: ServerName;
  setup: Setup;
  roundsDone: number;
}

async function openConnecting(environment: Environment): Promise<ConnectSetup[]> {
  const connected = (plan: ClientPlan): ClientPlan => ({ ...plan, steps: plan.steps.slice(0, 3) });
  const entries: [StartServer, ServerName, (plan: ClientPlan) => ClientPlan][] = [
    [startEmbedded, "roomcast", untilWelcomed],
    [startEmbedded, "roomcast-resume", resuming],
    [startSocketIo, "socket.io", connected],
    [startSocketIoKey, "socket.io-key", connected],
  ];
  const setups: ConnectSetup[] = [];
  for (const [start, name, change] of entries) {
    const changed: StartServer = async (...args) => {
      const server = await start(...args);
      return server && { ...server, name, plan: change(server.plan) };
    };
    const setup = await openSetup(environment, changed, setting);
    if (setup !== undefined) setups.push({ name, setup, roundsDone: 0 });
  }
  return setups;
}

async function measureRound({ profile, log }: Environment, table: Table, entry: ConnectSetup): Promise<void> {
  const { connections, atOnce, warmUpRounds } = profile.connect;
  const { name, setup } = entry;
  const reportBefore = await setup.load.report();
  const before = cpuUs(setup.server.pid);
  const { elapsedUs } = await setup.load.connect(connections, atOnce);
  const usedUs = cpuUs(setup.server.pid) - before;
  const during = circumstances(reportBefore, await setup.load.report());
  entry.roundsDone++;
  if (entry.roundsDone > warmUpRounds) {
    table.add(name, "cpu", usedUs / connections / 1_000, during);
    table.add(name, "rate", connections / (elapsedUs / 1_000_000), during);
    log(`connect: ${name} ${(usedUs / connections / 1_000).toFixed(3)} ms`);
  }
  await setup.load.disconnect();
  await setup.load.resumeSessions(true);
  // The server must notice that the clients are gone. Otherwise a resume would have to evict them.
  await delay(settleMs);
}
