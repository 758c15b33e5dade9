import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import { RedisEventLog, type RedisEventLogOptions } from "@roomcast/event-log";
import { parseRedisUrl } from "@roomcast/service";

type Admin = ReturnType<typeof openAdmin>;

function openAdmin(url: string) {
  return createClient({ url });
}

/** Logs of one test file, each closed by `closeAll`. */
export class RedisLogs {
  readonly #opened: RedisEventLog[] = [];
  readonly #admins: Admin[] = [];
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

  /** A client for what a log does not do, such as damage; also closed by `closeAll`. */
  async admin(url: string): Promise<Admin> {
    const admin = openAdmin(url);
    this.#admins.push(admin);
    return admin.connect();
  }

  async closeAll(): Promise<void> {
    for (const admin of this.#admins.splice(0)) admin.destroy();
    await Promise.all(this.#opened.splice(0).map((log) => log.close()));
  }
}
