import { createServer } from "node:http";
import { addDrainCheck, createLogger, Health, httpTimeouts, type Running, receive } from "@roomcast/service";
import type { RealtimeConfig } from "../server/config.ts";
import { closeGraceMs } from "../server/create-replica.ts";
import { createProbes } from "../server/probes.ts";
import { failureOf } from "../server/start-failure.ts";
import { Balancer } from "./balancer.ts";
import { WorkerPool } from "./worker-pool.ts";

/** The workers end by themselves before this; the rest is for one that hangs. */
const graceMs = closeGraceMs + 1_000;

/**
 * Several replicas behind one port. It listens at once, and the replicas accept clients as soon as they can.
 */
export async function startWorkers(config: RealtimeConfig): Promise<Running & { port: number }> {
  const logger = createLogger({ level: config.logLevel, name: "realtime" });
  const [ready, alive] = [new Health(), new Health()];
  const announceClose = addDrainCheck(ready);
  const workers = new WorkerPool(config.workers, logger);
  // However this process ends, except by SIGKILL: after that the workers end by themselves.
  process.once("exit", () => workers.kill());
  workers.addChecks(ready, alive);
  const failed = failureOf(workers.start());
  const probes = receive(createServer(httpTimeouts, createProbes(ready, alive)));
  const balancer = new Balancer({ choose: (number) => workers.choose(number), probes });
  const port = await balancer.listen(config);
  logger.info({ host: config.host, port, workers: config.workers }, "listening");
  return {
    port,
    logger,
    closeTimeoutMs: config.socket.closeTimeoutMs + graceMs,
    failed,
    drainDelayMs: config.drainDelayMs,
    announceClose,
    async close() {
      announceClose();
      // The port stays open to the end: a polling client is told to leave at its next poll.
      await workers.stop();
      balancer.close();
      await probes.close(0);
    },
  };
}
