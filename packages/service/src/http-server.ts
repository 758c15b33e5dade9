import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { trackSockets } from "./track-sockets.ts";

export interface ListenOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
}

/** A server that listens. */
export interface Listening {
  /** The real port. */
  port: number;
  /**
   * Accepts nothing more and waits for open connections to end; those left after `timeoutMs` are destroyed, upgraded
   * ones too.
   */
  close: (timeoutMs: number) => Promise<void>;
}

/** Listens, or rejects with the reason (`EADDRINUSE`, …). */
export async function listen(server: Server, { host, port }: ListenOptions): Promise<Listening> {
  const sockets = trackSockets(server);
  server.listen(port, host);
  await once(server, "listening");
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close(timeoutMs) {
      closed ??= close(server, sockets, timeoutMs);
      return closed;
    },
  };
}

async function close(server: Server, sockets: Set<Socket>, timeoutMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, timeoutMs);
  await closed;
  clearTimeout(timer);
}
