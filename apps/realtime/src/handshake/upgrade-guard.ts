import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";

/**
 * Makes upgrade requests harmless. Node takes its error listener off upgraded sockets and Engine.IO attaches one only
 * later, so a connection reset in between would end the process. And an upgrade that nobody answers would stay open as
 * long as the client likes, because Node's timeouts no longer apply: after `answerMs` it is destroyed.
 */
export function guardUpgrades(httpServer: HttpServer, answerMs: number): void {
  httpServer.prependListener("upgrade", (_request, duplex) => {
    const socket = duplex as Socket;
    const { bytesWritten } = socket;
    socket.on("error", () => undefined);
    setTimeout(() => {
      if (socket.bytesWritten === bytesWritten) socket.destroy();
    }, answerMs).unref();
  });
}
