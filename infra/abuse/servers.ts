import { type EventLog, RedisEventLog, readLogOptions } from "@roomcast/event-log";
import { parseRedisUrl, readEnv } from "@roomcast/service";
import {
  freePort,
  type RoomcastProcess,
  startRedis,
  startRoomcast,
  TestClient,
  testToken,
} from "@roomcast/testkit";
import { Probe } from "../faults/probe.ts";
import { rawClientEnv } from "../faults/raw-client.ts";
import type { Run } from "../faults/scenario.ts";
import { sendToLog } from "../faults/send.ts";

const room = "project:long";
const pastEvents = 1_000;
const pastBytes = 4_000;

/** The product's defaults. Processes for tests have higher rates. */
const productRates = { WS_ADDRESS_RATE: "100", WS_HANDSHAKE_RATE: "1" };

/** A realtime and an API process with their own Redis, and a room with a long history. */
export interface Servers {
  realtime: RoomcastProcess;
  api: RoomcastProcess;
  log: Pick<EventLog, "append">;
  probe: Probe;
  authoriserPort: number;
  room: string;
  /** The position before the history of `room`. */
  since: string;
}

/** Starts the processes. They end with the run. */
export async function startServers(run: Run): Promise<Servers> {
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  const probe = await Probe.make(run);
  const authoriserPort = await freePort();
  const authoriser = { AUTHORIZER_URL: `http://127.0.0.1:${authoriserPort}/may-enter` };
  const env = { ...probe.env, ...rawClientEnv, ...productRates, ...authoriser, ...run.env };
  const [realtime, api] = await Promise.all(
    (["realtime", "api"] as const).map(async (name) => {
      const started = await startRoomcast(name, { redisUrl: redis.url, env });
      run.onEnd(() => started.stop());
      return started;
    }),
  );
  if (realtime === undefined || api === undefined) throw new Error("not started");
  const log = await connectLog(run, redis.url);
  const since = await positionOf(realtime);
  await writePast(log);
  return { realtime, api, log, probe, authoriserPort, room, since };
}

async function connectLog(run: Run, redisUrl: string): Promise<RedisEventLog> {
  const target = parseRedisUrl(redisUrl);
  const log = new RedisEventLog({ ...readEnv({}, readLogOptions), target, onError: () => undefined });
  run.onEnd(() => log.close());
  await log.connect();
  return log;
}

async function positionOf({ url }: RoomcastProcess): Promise<string> {
  const client = await TestClient.connected(url, { token: testToken("first") });
  const { position } = await client.subscribe(room);
  client.close();
  return position;
}

async function writePast(log: Pick<EventLog, "append">): Promise<void> {
  const send = sendToLog(log);
  const padding = "x".repeat(pastBytes);
  const events = Array.from({ length: pastEvents }, (_, n) => {
    const data = {
      projectId: "long",
      projectName: "Long",
      status: "active",
      updatedBy: "u1",
      changes: { padding },
    };
    return send({ id: `past-${n}`, key: `past-${n}`, rooms: [room], data });
  });
  await Promise.all(events);
}
