import type { Server } from "node:http";
import type { Socket } from "node:net";

/** The open connections of a server, upgraded ones too; a set that is kept up to date. */
export function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  // Shared by all sockets: closures for each would stay as long as the connection.
  function forget(this: Socket): void {
    sockets.delete(this);
  }
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", forget);
    // Node takes its own error listener off an upgraded socket; with none left, a connection reset ends the process.
    socket.on("error", ignore);
  });
  return sockets;
}

function ignore(): void {
  // An error is followed by "close".
}
