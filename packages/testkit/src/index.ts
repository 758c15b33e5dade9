export { findProgram } from "./find-program.ts";
export { freePort } from "./free-port.ts";
export { type PrivateProcess, startProcess } from "./private-process.ts";
export { type RedisServer, type RedisServerOptions, startRedis } from "./redis-server.ts";
export { type SentinelGroup, type SentinelGroupOptions, startSentinelGroup } from "./sentinel-group.ts";
export { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";
export { waitUntil } from "./wait-until.ts";
