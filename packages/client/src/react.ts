export { RoomcastProvider, useRoomcast } from "./react/roomcast-context.ts";
export { type ConnectionState, useConnectionState } from "./react/use-connection-state.ts";
export { type RoomStatus, useRoom } from "./react/use-room.ts";
export { type RoomState, useRoomState } from "./react/use-room-state.ts";
