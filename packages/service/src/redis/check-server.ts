import type { RedisClient } from "./redis-client.ts";
import { clusterReason, RedisTrouble, replicaReason } from "./redis-trouble.ts";

/** The scripts need `ZRANGE … BYSCORE`, `XTRIM … MINID` and `SET … GET`; the ACL line needs rights on channels. */
const oldestVersion = [6, 2] as const;

/** What a field of `INFO` says. */
export type RedisInfo = ReadonlyMap<string, string>;

/** Throws a `RedisTrouble` if the server is none that this process can work with, however long it waits. */
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
    `it is Redis ${version}, and Redis ${oldestVersion.join(".")} or newer is needed`,
    "give-up",
  );
}

/** What is known of a server that can serve. */
export interface ServerState {
  /** Whether a replica of it is online. */
  hasReplica: boolean;
}

/** Throws a `RedisTrouble` if the server cannot serve now: it is no master, loads its data, may evict ours or has. */
export async function checkState(client: RedisClient): Promise<ServerState> {
  // INFO is answered by every server; PING tells what other commands would be told (LOADING, MASTERDOWN).
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

/** Whether the answer to `INFO replication` names a replica that is online. */
export function hasReplica(replication: string): boolean {
  const fields = [...parseInfo(replication)];
  return fields.some(([name, value]) => /^slave\d+$/.test(name) && value.includes("state=online"));
}

/** Throws a `RedisTrouble` if the server may evict keys: what is missing would then look as if it had never been. */
export function checkEviction(info: RedisInfo): void {
  const [limit, policy] = [info.get("maxmemory") ?? "0", info.get("maxmemory_policy") ?? "noeviction"];
  if (limit === "0" || policy === "noeviction") return;
  throw new RedisTrouble(
    `it may evict data without a word (maxmemory-policy ${policy}, maxmemory ${limit}): set maxmemory-policy noeviction`,
    "reconnect",
  );
}

/**
 * Throws a `RedisTrouble` if the server has evicted keys, be it before this process came or between two of its questions:
 * the policy may be right by now, and what was lost is still missing.
 */
export function checkEvicted(info: RedisInfo): void {
  const count = info.get("evicted_keys") ?? "0";
  if (count === "0") return;
  throw new RedisTrouble(
    `it has evicted ${count} keys, so events or revocations may be missing without a trace: empty it, ` +
      "or go on with what is left, by CONFIG RESETSTAT or a restart of Redis",
    "reconnect",
  );
}

/** The fields of an answer to `INFO`. */
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
