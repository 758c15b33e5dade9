import { randomUUID } from "node:crypto";
import { RedisRevocationStore } from "@roomcast/auth";
import {
  defaultKeyPrefix,
  RedisConnection,
  RedisReplicaRegistry,
  RedisStatus,
  type RedisTarget,
  redisKey,
} from "@roomcast/service";
import { RedisAdapter } from "@socket.io/redis-adapter";
import type { Namespace } from "socket.io";
import type { AdapterClass } from "../delivery/fan-out-adapter.ts";
import type { ConnectionPolicy } from "../sessions/connection-slots.ts";
import { sessionBounds } from "../sessions/session-store.ts";
import { AdapterPublisher, AdapterSubscriber } from "./adapter-clients.ts";
import type { Cluster } from "./cluster.ts";
import { RedisConnectionSlots } from "./redis-connection-slots.ts";
import { RedisRoomMembership } from "./redis-room-membership.ts";
import { RedisSessionStore } from "./redis-session-store.ts";
import { RedisStore } from "./redis-store.ts";

export interface RedisClusterOptions {
  target: RedisTarget;
  sessionTtlMs: number;
  maxSessionsPerUser: number;
  maxConnectionsPerUser: number;
  connectionPolicy: ConnectionPolicy;
  revocationTtlMs: number;
  /** The status that these connections share with others of this process. Default: one of their own. */
  status?: RedisStatus;
  /** Called for faults that are retried and, without a `status`, for problems with Redis. */
  onError: (error: Error) => void;
  /** Prefix of every key and Redis channel. Default `roomcast:`. */
  prefix?: string;
  commandTimeoutMs?: number;
}

/**
 * All replicas on one Redis. Resolves when it is connected. Rejects when the connections are closed before,
 * and with a `StartError` for errors that retrying does not solve.
 */
export async function createRedisCluster(options: RedisClusterOptions): Promise<Cluster> {
  const { target, onError, prefix = defaultKeyPrefix, commandTimeoutMs: timeoutMs = 2_000 } = options;
  const { status = RedisStatus.telling(onError) } = options;
  const replicaId = randomUUID();
  const shared = { target, connectTimeoutMs: timeoutMs, status };
  const state = new RedisConnection({ ...shared, name: "state", probeKey: redisKey(prefix, "probe") });
  const publisher = new RedisConnection({ ...shared, name: "adapter-pub" });
  const subscriber = new RedisConnection({ ...shared, name: "adapter-sub" });
  const adapter = redisAdapter(publisher, subscriber, prefix, onError);
  const store = new RedisStore(state, { prefix, timeoutMs });
  const replicas = new RedisReplicaRegistry({ redis: () => state.client, keyPrefix: prefix });
  const membership = new RedisRoomMembership(store, { replicaId, replicas, onError });
  const { maxConnectionsPerUser: max, connectionPolicy: policy } = options;
  const slots = new RedisConnectionSlots(store, { replicaId, max, policy });
  await Promise.all([state, publisher, subscriber].map((connection) => connection.connect()));
  state.onReady(() => {
    membership.rewrite();
    slots.doubt();
  });
  return {
    replicaId,
    sessions: new RedisSessionStore(store, { prefix, ...sessionBounds(options) }),
    membership,
    slots,
    replicas,
    revocations: new RedisRevocationStore({
      redis: () => state.client,
      ttlMs: options.revocationTtlMs,
      keyPrefix: prefix,
      timeoutMs,
    }),
    adapter,
    emitToReplicas: (namespace, event, ...args) => namespace.serverSideEmit(event, ...args),
    check: () => status.check(),
    async close() {
      await membership.close();
      await slots.close().catch(onError);
      await Promise.all([state, publisher, subscriber].map((connection) => connection.close()));
    },
  };
}

function redisAdapter(
  pub: RedisConnection,
  sub: RedisConnection,
  prefix: string,
  onError: (error: Error) => void,
): AdapterClass {
  const publisher = new AdapterPublisher(pub, onError);
  const subscriber = new AdapterSubscriber(sub);
  return class extends RedisAdapter {
    constructor(namespace: Namespace) {
      super(namespace, publisher, subscriber, { key: `${prefix}socket.io` });
    }
  };
}
