import type { RedisClient } from "./redis-client.ts";
import { clusterReason, RedisTrouble, replicaReason } from "./redis-trouble.ts";

/** Scripts need `ZRANGE … BYSCORE`, `XTRIM … MINID` and `SET … GET`; the ACL line needs channel rights. */
const oldestVersion = [6, 2] as const;

/** The fields of an `INFO` reply. */
export type RedisInfo = ReadonlyMap<string, string>;

/** Throws a `RedisTrouble` if this process can never work with the server. Waiting does not help. */
export async function checkServer(client: RedisClient): Promise<void> {
  const info = parseInfo(await client.info("server"));
  const mode = info.get("redis_mode") ?? "standalone";
  if (mode === "cluster") throw new RedisTrouble(clusterReason, "give-up");
  if (mode === "sentinel")
    throw new RedisTrouble("it is a Sentinel: use redis+sentinel://host:port/name in REDIS_URL", "give-up");
  checkVersion(info.get("redis_version") ?? "");
}

/** Throws a `RedisTrouble` if a Redis of that version is too old. */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestVersion;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new RedisTrouble(
    `it is Redis ${version}, but Redis ${oldestVersion.join(".")} or newer is needed`,
    "give-up",
  );
}

/** The state of a server that can serve. */
export interface ServerState {
  /** Whether one of its replicas is online. */
  hasReplica: boolean;
}

/** Throws a `RedisTrouble` if the server is no master, loads its data, or may evict or has evicted keys. */
export async function checkState(client: RedisClient): Promise<ServerState> {
  // INFO succeeds on every server. PING fails as other commands would (LOADING, MASTERDOWN).
  const [, replication, memory, stats] = await Promise.all([
    client.ping(),
    client.info("replication"),
    client.info("memory"),
    client.info("stats"),
  ]);
  if (parseInfo(replication).get("role") !== "master")
    throw new RedisTrouble(`${replicaReason} (READONLY)`, "reconnect");
  checkEviction(parseInfo(memory));
  checkEvicted(parseInfo(stats));
  return { hasReplica: hasReplica(replication) };
}

/** Whether the reply of `INFO replication` lists an online replica. */
export function hasReplica(replication: string): boolean {
  const fields = [...parseInfo(replication)];
  return fields.some(([name, value]) => /^slave\d+$/.test(name) && value.includes("state=online"));
}

/** Throws a `RedisTrouble` if the server may evict keys: an evicted key looks as if it had never existed. */
export function checkEviction(info: RedisInfo): void {
  const [limit, policy] = [info.get("maxmemory") ?? "0", info.get("maxmemory_policy") ?? "noeviction"];
  if (limit === "0" || policy === "noeviction") return;
  throw new RedisTrouble(
    `it may evict data silently (maxmemory-policy ${policy}, maxmemory ${limit}): set maxmemory-policy noeviction`,
    "reconnect",
  );
}

/**
 * Throws a `RedisTrouble` if the server has evicted keys, also if it did so before this process started or
 * between two checks. The policy may be right by now, but the lost keys are still missing.
 */
export function checkEvicted(info: RedisInfo): void {
  const count = info.get("evicted_keys") ?? "0";
  if (count === "0") return;
  throw new RedisTrouble(
    `it has evicted ${count} keys, so events or revocations may be missing: empty it, or accept the loss ` +
      "with CONFIG RESETSTAT or a restart of Redis",
    "reconnect",
  );
}

/** Parses the reply of `INFO`. */
export function parseInfo(text: string): RedisInfo {
  return new Map(
    text.split("\r\n").flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 1 || line.startsWith("#")
        ? []
        : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}
