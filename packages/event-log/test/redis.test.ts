import { randomUUID } from "node:crypto";
import { parseRedisUrl } from "@roomcast/service";
import { RedisEventLog } from "../src/index.ts";
import { eventLogContract } from "./contract.ts";

const opened: RedisEventLog[] = [];

eventLogContract(
  "RedisEventLog",
  async (options) => {
    const log = new RedisEventLog({
      ...options,
      target: parseRedisUrl(process.env.REDIS_URL ?? "redis://127.0.0.1:6399"),
      keyPrefix: `test:${randomUUID()}:`,
      heartbeatMs: 200,
      onError: (error) => console.error(error),
    });
    opened.push(log);
    await log.connect();
    return log;
  },
  async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  },
);
