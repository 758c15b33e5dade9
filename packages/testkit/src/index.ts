export {
  type Allowances,
  type Anomaly,
  type AnomalyKind,
  type ClientHistory,
  type ClientOp,
  checkDelivery,
  type DeliveryHistory,
  type FinalEntry,
  type FinalLog,
  type Publication,
  placeOfEvent,
  type Revoked,
  recoveryTimes,
  summarise,
  timesToFirstNews,
  type Verdict,
} from "./checker.ts";
export { CuttingProxy } from "./cutting-proxy.ts";
export { findProgram } from "./find-program.ts";
export { freePort } from "./free-port.ts";
export { renderHaproxyConfig, startHaproxy } from "./haproxy.ts";
export type { RedisServer } from "./launched-redis.ts";
export { renderNginxConfig, startNginx } from "./nginx.ts";
export { type PrivateProcess, startProcess } from "./private-process.ts";
export { type PublishAnswer, projectUpdated, publish } from "./publish.ts";
export { Random } from "./random.ts";
export { redisCommand } from "./redis-command.ts";
export { type RedisServerOptions, startRedis } from "./redis-server.ts";
export type { ProxyTargets, ReverseProxy } from "./reverse-proxy.ts";
export { type RoomcastProcess, startRoomcast, testApiKey, testSecret } from "./roomcast-process.ts";
export { type SentinelGroup, type SentinelGroupOptions, startSentinelGroup } from "./sentinel-group.ts";
export { type RoomRequest, Swarm, SwarmClient, type SwarmOptions } from "./swarm.ts";
export { TcpProxy } from "./tcp-proxy.ts";
export { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";
export { type Received, TestClient, type TestClientOptions } from "./test-client.ts";
export { testToken } from "./test-token.ts";
export { testedEngine } from "./tested-engine.ts";
export { waitUntil } from "./wait-until.ts";
