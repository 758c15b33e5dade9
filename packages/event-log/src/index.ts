export { currentEpoch, isBeyond, isLaterEpoch, retainedUpTo, validatePosition } from "./epochs.ts";
export * from "./event-log.ts";
export { historyBounds } from "./history-bounds.ts";
export { MemoryEventLog } from "./memory/memory-event-log.ts";
export * from "./read-log-options.ts";
export { epochFunctions } from "./redis/epoch-script.ts";
export { LogKeys } from "./redis/keys.ts";
export { RedisEventLog, type RedisEventLogOptions } from "./redis/redis-event-log.ts";
