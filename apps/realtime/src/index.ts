export type { Cluster } from "./cluster/cluster.ts";
export { createLocalCluster } from "./cluster/local-cluster.ts";
export { createRedisCluster } from "./cluster/redis-cluster.ts";
export { type RealtimeOptions, readRealtimeOptions, realtimeVariables } from "./server/config.ts";
export { createRealtime, type Realtime } from "./server/create-realtime.ts";
export type { RealtimeContext } from "./server/realtime-context.ts";
export { channelOf } from "./subscriptions/channel.ts";
