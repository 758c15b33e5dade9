import type { Channels } from "./room-manager.ts";

/** Delivery channels as Socket.IO rooms. */
export const socketChannels: Channels = {
  join: ({ connection: { socket } }, channel) =>
    void socket.nsp.adapter.addAll(socket.id, new Set([channel])),
  leave: ({ connection: { socket } }, channel) => void socket.nsp.adapter.del(socket.id, channel),
};
