import type { Server } from "node:http";
import type { Socket } from "node:net";

/** The open connections of a server, upgraded ones too; a set that is kept up to date. */
export function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // Node takes its own error listener off an upgraded socket; with none left, a connection reset ends the process.
    socket.on("error", () => undefined);
  });
  return sockets;
}
