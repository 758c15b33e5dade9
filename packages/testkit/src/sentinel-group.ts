import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RedisServer } from "./launched-redis.ts";
import { launchRedis } from "./launched-redis.ts";
import { redisCommand } from "./redis-command.ts";
import { findRedisLauncher, type RedisLauncher } from "./redis-launcher.ts";
import { startRedis } from "./redis-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { waitUntil } from "./wait-until.ts";

export interface SentinelGroupOptions {
  /** Replicas besides the master. Default 1. */
  replicas?: number;
  /** Default 1. A majority of them must agree on a failover. */
  sentinels?: number;
  appendOnly?: boolean;
  /** More arguments for master and replicas. */
  args?: readonly string[];
}

/** A Redis master with replicas. Sentinels promote a replica soon after the master is gone. */
export interface SentinelGroup {
  /** `redis+sentinel://127.0.0.1:port,…/mymaster`. */
  readonly url: string;
  /** Master and replicas. The first one began as master. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /** Resolves with the master as soon as the Sentinels name one. */
  master(): Promise<RedisServer>;
  /** How often the first Sentinel has seen a new master; NaN if it does not answer. */
  failovers(): Promise<number>;
  stop(): Promise<void>;
}

const masterName = "mymaster";

/** Starts the group. Resolves once every replica follows the master and every Sentinel knows them all. */
export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const launcher = await findRedisLauncher();
  if (!launcher.isLocal)
    throw new Error("Sentinel tests need redis-server or valkey-server itself, not in Docker");
  const group = new StartedGroup(launcher);
  try {
    await group.start(options);
  } catch (error) {
    await group.stop();
    throw error;
  }
  return group;
}

class StartedGroup implements SentinelGroup {
  readonly servers: RedisServer[] = [];
  readonly sentinels: RedisServer[] = [];
  readonly #launcher: RedisLauncher;

  constructor(launcher: RedisLauncher) {
    this.#launcher = launcher;
  }

  get url(): string {
    const addresses = this.sentinels.map(({ port }) => `127.0.0.1:${port}`);
    return `redis+sentinel://${addresses.join(",")}/${masterName}`;
  }

  async start({
    replicas = 1,
    sentinels = 1,
    appendOnly = false,
    args = [],
  }: SentinelGroupOptions): Promise<void> {
    const common = [...args, "--repl-diskless-sync-delay", "0"];
    const first = await startRedis({ appendOnly, args: common });
    this.servers.push(first);
    for (let n = 0; n < replicas; n++) {
      const replicaOf = ["--replicaof", `127.0.0.1 ${first.port}`];
      this.servers.push(await startRedis({ appendOnly, args: [...common, ...replicaOf] }));
    }
    for (let n = 0; n < sentinels; n++) this.sentinels.push(await this.#startSentinel(first.port, sentinels));
    await Promise.all(this.sentinels.map(({ port }) => knowsAll(port, replicas, sentinels - 1)));
  }

  async master(): Promise<RedisServer> {
    let found: RedisServer | undefined;
    await waitUntil("a Sentinel names the master", async () => {
      const port = await this.#namedPort();
      found = this.servers.find((server) => server.port === port);
      return found !== undefined;
    });
    return found as RedisServer;
  }

  async failovers(): Promise<number> {
    const port = this.sentinels[0]?.port ?? 0;
    return fieldOf((await redisCommand(port, `SENTINEL MASTER ${masterName}`)) ?? "", "config-epoch");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }

  async #namedPort(): Promise<number | undefined> {
    for (const { port } of this.sentinels) {
      const reply = await redisCommand(port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`);
      const match = /^\*2\r\n\$\d+\r\n[^\r]*\r\n\$\d+\r\n(\d+)\r\n/.exec(reply ?? "");
      if (match !== null) return Number(match[1]);
    }
    return undefined;
  }

  async #startSentinel(masterPort: number, sentinels: number): Promise<RedisServer> {
    const folder = await temporaryFolder("roomcast-sentinel-");
    const file = join(folder.path, "sentinel.conf");
    await writeFile(file, sentinelConfig(masterPort, Math.floor(sentinels / 2) + 1));
    const args = [file, "--sentinel"];
    return launchRedis({ launcher: this.#launcher, dir: folder.path, args, cleanUp: folder.remove });
  }
}

function sentinelConfig(masterPort: number, quorum: number): string {
  return [
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} 500`,
    `sentinel failover-timeout ${masterName} 3000`,
    `sentinel parallel-syncs ${masterName} 2`,
    "",
  ].join("\n");
}

async function knowsAll(port: number, replicas: number, others: number): Promise<void> {
  await waitUntil("Sentinel knows master, replicas and the other Sentinels", async () => {
    const state = (await redisCommand(port, `SENTINEL MASTER ${masterName}`)) ?? "";
    const followers = (await redisCommand(port, `SENTINEL REPLICAS ${masterName}`)) ?? "";
    const linked = followers.split("master-link-status\r\n$2\r\nok").length - 1;
    return (
      linked >= replicas &&
      fieldOf(state, "num-slaves") >= replicas &&
      fieldOf(state, "num-other-sentinels") >= others
    );
  });
}

/** A number in a flat RESP2 list of names and values. */
function fieldOf(reply: string, name: string): number {
  return Number(new RegExp(`\\r\\n${name}\\r\\n\\$\\d+\\r\\n(\\d+)\\r\\n`).exec(reply)?.[1] ?? Number.NaN);
}
