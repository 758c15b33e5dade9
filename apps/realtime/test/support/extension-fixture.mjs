// A replica with code of its own beside Roomcast's: `POST /<action>` does something across the replicas, without ever
// looking at the outcome, as an extension might. Run from the build, so that `run` decides what an error means.
import { createServer } from "node:http";
import { createRoomAccess, createTokenVerifier } from "@roomcast/auth";
import { RedisEventLog } from "@roomcast/event-log";
import { channelOf, createRealtime, createRedisCluster, readRealtimeOptions } from "@roomcast/realtime";
import { createLogger, Health, listen, parseRedisUrl, readEnv, run } from "@roomcast/service";

run("extension", async () => {
  const { REDIS_URL, JWT_SECRET, PORT, WS_ENGINE } = process.env;
  const target = parseRedisUrl(REDIS_URL);
  const logger = createLogger({ level: "warn", name: "extension" });
  const onError = () => undefined;
  const options = readEnv({ WS_CLOSE_TIMEOUT: "1", WS_ENGINE }, readRealtimeOptions);
  const cluster = await createRedisCluster({ ...options, ...options.socket, target, onError });
  const log = new RedisEventLog({ target, onError });
  await log.connect();
  const health = new Health();
  const httpServer = createServer((request, response) => void answer(request.url, response));
  const realtime = await createRealtime({
    httpServer,
    options,
    log,
    cluster,
    verifier: createTokenVerifier({ secret: JWT_SECRET }),
    access: createRoomAccess(),
    logger,
    health,
  });
  const namespace = realtime.io.of("/ws");
  const room = channelOf("project:extended");
  const actions = {
    emit: () => namespace.to(room).emit("extension", { said: "hello" }),
    disconnect: () => namespace.in(room).disconnectSockets(true),
    join: () => namespace.in(room).socketsJoin("elsewhere"),
    ask: () => namespace.serverSideEmit("question", 1),
    binary: () => namespace.to(room).emit("extension", Buffer.from("hello")),
  };
  const all = [actions.emit, actions.join, actions.ask, actions.binary];
  const floodOnce = () => {
    for (const act of all) act();
  };
  let flood;

  async function answer(path, response) {
    const action = path.slice(1);
    if (action === "ready") response.statusCode = (await health.report()).status === "ready" ? 200 : 503;
    else if (action === "flood") flood = setInterval(floodOnce, 2);
    else if (action === "stop") clearInterval(flood);
    else if (action === "count") response.write(String((await namespace.in(room).fetchSockets()).length));
    else actions[action]?.();
    response.end();
  }

  const listening = await listen(httpServer, { host: "127.0.0.1", port: Number(PORT) });
  return {
    logger,
    async close() {
      const closed = listening.close(500);
      await realtime.close();
      await closed;
      await cluster.close();
      await log.close();
    },
  };
});
