import type { ClientToServerEvents, ServerToClientEvents } from "@roomcast/events";
import type { Socket } from "socket.io-client";

/** The stock socket of socket.io-client, typed for Roomcast: `const socket: RoomcastSocket = io(url, { auth })`. */
export type RoomcastSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
