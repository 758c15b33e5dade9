export type { HistoryOptions } from "./history-pages.ts";
export { memoryPositions, type PositionStore } from "./positions.ts";
export { createRoomcast, type Roomcast, type RoomcastOptions } from "./roomcast.ts";
export { type ClientErrorCode, RoomcastError } from "./roomcast-error.ts";
export type { RoomcastSocket } from "./roomcast-socket.ts";
export { type PersistentPositions, type PositionStorage, storagePositions } from "./storage-positions.ts";
export type {
  EventHandler,
  EventHandlers,
  Refetch,
  Reset,
  RoomSubscription,
  SubscribeOptions,
} from "./subscription.ts";
