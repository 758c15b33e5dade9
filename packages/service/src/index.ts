export * from "./health.ts";
export * from "./http-server.ts";
export * from "./logger.ts";
export * from "./read-env.ts";
export * from "./redis/index.ts";
export * from "./redis-replica-registry.ts";
export * from "./replica-registry.ts";
export * from "./run.ts";
