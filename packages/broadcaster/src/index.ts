export type { BroadcastMethodName, BroadcastMethods } from "./broadcast-methods.ts";
export { broadcastMethodName } from "./broadcast-methods.ts";
export { EventBroadcaster } from "./event-broadcaster.ts";
export {
  type BroadcasterOptions,
  EventPublisher,
  type PreparedEvent,
  type PublishItem,
  type PublishingLog,
} from "./event-publisher.ts";
export { getBroadcaster, initBroadcaster, resetBroadcaster } from "./process-broadcaster.ts";
export { isPublishKey, maxRooms, type PublishOptions, publishKeyRule } from "./publish-options.ts";
export type { Published, PublishResult } from "./published.ts";
