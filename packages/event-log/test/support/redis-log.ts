import { randomUUID } from "node:crypto";
import { RedisEventLog, type RedisEventLogOptions } from "@roomcast/event-log";
import { parseRedisUrl } from "@roomcast/service";

/** Logs of one test file, each closed by `closeAll`. */
export class RedisLogs {
  readonly #opened: RedisEventLog[] = [];
  readonly errors: Error[] = [];

  /** A connected log under a prefix of its own, unless one is given. */
  async open(url: string, options: Partial<RedisEventLogOptions> = {}): Promise<RedisEventLog> {
    const log = new RedisEventLog({
      target: parseRedisUrl(url),
      keyPrefix: `test:${randomUUID()}:`,
      heartbeatMs: 200,
      commandTimeoutMs: 2_000,
      onError: (error) => this.errors.push(error),
      ...options,
    });
    this.#opened.push(log);
    await log.connect();
    return log;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((log) => log.close()));
  }
}
