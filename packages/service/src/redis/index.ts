export * from "./await-replica.ts";
export * from "./read-redis-url.ts";
export * from "./redis-connection.ts";
export * from "./redis-target.ts";
export * from "./redis-unavailable-error.ts";
export * from "./within.ts";
