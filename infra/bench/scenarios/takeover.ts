import { cpuUs } from "../cpu.ts";
import type { Environment } from "../environment.ts";
import { circumstances } from "../load/load-share.ts";
import type { ServerName, StartServer } from "../servers/bench-server.ts";
import { resuming } from "../servers/resuming-plan.ts";
import { startOverRedis } from "../servers/roomcast.ts";
import { startSocketIoRedis } from "../servers/socket-io.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

/** How clients come back after their server has died. */
interface Return {
  name: ServerName;
  start: StartServer;
  resumes: boolean;
}

const returns: Return[] = [
  { name: "roomcast-redis-resume", start: startOverRedis, resumes: true },
  { name: "socket.io-redis", start: startSocketIoRedis, resumes: false },
];

const clientsPerRoom = 50;
const missedPerRoom = 2;

/** A server is killed, and all its clients reconnect to another one. */
export const takeover: Scenario = async (environment) => {
  const { connections, atOnce } = environment.profile.takeover;
  const table = new Table({
    id: "takeover",
    title: "After a server died",
    text: `${connections.toLocaleString("en")} clients in rooms of ${clientsPerRoom} lose their server to \`kill -9\`; ${missedPerRoom} events are published to each room; then the clients come to another server, ${atOnce} at once. Those of Roomcast resume and are given what they missed; the others begin anew and subscribe again.`,
    reference: "socket.io-redis",
    columns: [
      { id: "elapsed", label: "until all were back", unit: "s" },
      { id: "cpu", label: "CPU per client", unit: "ms" },
      { id: "redis", label: "CPU of Redis per client", unit: "ms" },
      { id: "given", label: "missed events given", unit: "%" },
    ],
  });
  for (const one of returns) await measureReturn(environment, table, one);
  return table;
};

async function measureReturn(
  environment: Environment,
  table: Table,
  { name, start, resumes }: Return,
): Promise<void> {
  const { connections, atOnce, warmUp } = environment.profile.takeover;
  const rooms = Math.ceil(connections / clientsPerRoom);
  const [victim, heir] = await Promise.all([start(environment, { rooms }), start(environment, { rooms })]);
  if (victim === undefined || heir === undefined) return;
  const load = await environment.load(resumes ? resuming(heir.plan) : heir.plan);
  try {
    // Warm up the other server first.
    await load.connect(warmUp);
    await load.disconnect();
    await load.moveTo(victim.plan.port);
    await load.connect(connections);
    await victim.stop();
    await load.disconnect();
    await heir.feed({
      burst: 1,
      rooms,
      burstsPerSecond: 1_000,
      durationMs: missedPerRoom * rooms,
      isolated: false,
    });
    await load.moveTo(heir.plan.port);
    await load.resumeSessions(resumes);
    const redis = await environment.redis();
    const spent = () => ({ server: cpuUs(heir.pid), redis: cpuUs(redis.pid) });
    const [before, reportBefore] = [spent(), await load.report()];
    const { elapsedUs } = await load.connect(connections, atOnce);
    const [after, report] = [spent(), await load.report()];
    const during = circumstances(reportBefore, report);
    const perClientMs = (us: number) => us / connections / 1_000;
    table.add(name, "elapsed", elapsedUs / 1_000_000, during);
    table.add(name, "cpu", perClientMs(after.server - before.server), during);
    table.add(name, "redis", perClientMs(after.redis - before.redis));
    table.add(
      name,
      "given",
      (100 * (report.received - reportBefore.received)) / (connections * missedPerRoom),
    );
    environment.log(
      `takeover: ${name} ${(elapsedUs / 1e6).toFixed(2)} s, ${perClientMs(after.server - before.server).toFixed(3)} ms`,
    );
  } finally {
    await Promise.all([load.stop(), victim.stop(), heir.stop()]);
  }
}
