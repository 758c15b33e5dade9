import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Returns a live set of a server's open connections, including upgraded ones. */
export function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  // One function for all sockets. A closure for each socket would use memory as long as the connection lives.
  function forget(this: Socket): void {
    sockets.delete(this);
  }
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", forget);
    // Node removes its error listener from an upgraded socket. Without a listener, a reset ends the process.
    socket.on("error", ignore);
  });
  return sockets;
}

function ignore(): void {
  // "close" follows every error.
}
