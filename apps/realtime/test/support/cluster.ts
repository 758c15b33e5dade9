import { type RedisServer, type RoomcastProcess, startRedis, startRoomcast } from "@roomcast/testkit";

/** Replicas and an API over a private Redis. */
export interface Cluster {
  redis: RedisServer;
  api: RoomcastProcess;
  replicas: RoomcastProcess[];
  stop(): Promise<void>;
}

/** Starts `replicas` realtime processes and one API process. */
export async function startCluster(replicas = 2, env: Record<string, string> = {}): Promise<Cluster> {
  const redis = await startRedis();
  const options = { redisUrl: redis.url, env };
  const started = await Promise.all([
    startRoomcast("api", options),
    ...Array.from({ length: replicas }, () => startRoomcast("realtime", options)),
  ]);
  const [api, ...rest] = started as [RoomcastProcess, ...RoomcastProcess[]];
  return {
    redis,
    api,
    replicas: rest,
    async stop() {
      await Promise.all(started.map((process) => process.stop()));
      await redis.stop();
    },
  };
}
