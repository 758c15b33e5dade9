import { run } from "@roomcast/service";
import { readConfig } from "./server/config.ts";
import { startRealtime } from "./server/start-realtime.ts";
import { startWorkers } from "./workers/start-workers.ts";

run("realtime", async () => {
  const config = readConfig(process.env);
  return config.workers === 1 ? startRealtime(config) : startWorkers(config);
});
