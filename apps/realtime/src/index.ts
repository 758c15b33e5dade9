export type { Cluster } from "./cluster/cluster.ts";
export { createLocalCluster } from "./cluster/local-cluster.ts";
export { createRedisCluster } from "./cluster/redis-cluster.ts";
export { type RealtimeOptions, readRealtimeOptions, realtimeVariables } from "./server/config.ts";
export { createRealtime, type Realtime, type RealtimeContext } from "./server/create-realtime.ts";
export { channelOf } from "./subscriptions/channel.ts";
