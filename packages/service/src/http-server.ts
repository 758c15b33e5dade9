import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { HttpConnections } from "./http-connections.ts";
import { untilAccepted } from "./until-accepted.ts";

export interface ListenOptions {
  host: string;
  /** 0 chooses a free port. */
  port: number;
}

/** A server that is listening. */
export interface Listening {
  /** The port that was bound. */
  port: number;
  /** From now on every response has `Connection: close`, so that clients send the next request elsewhere. */
  closeAfterAnswers: () => void;
  /**
   * Accepts no more connections and resolves when the last request is answered. Idle connections end 0.2 s
   * later, so that a request on its way is still answered. After `timeoutMs` all open connections are
   * destroyed, also upgraded ones.
   */
  close: (timeoutMs: number) => Promise<void>;
}

/** How long a request may be on its way on a connection that looks idle here. */
const quietMs = 200;

/** Listens, or rejects with the reason (`EADDRINUSE`, …). */
export async function listen(server: Server, { host, port }: ListenOptions): Promise<Listening> {
  const connections = new HttpConnections(server);
  server.listen(port, host);
  await once(server, "listening");
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    closeAfterAnswers: () => connections.closeAfterAnswers(),
    close(timeoutMs) {
      closed ??= close(server, connections, timeoutMs);
      return closed;
    },
  };
}

async function close(server: Server, connections: HttpConnections, timeoutMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  // Clients that still use connections after `Connection: close` would reconnect just as the port closes.
  if (connections.areClosing) connections.keepAfterAnswers();
  else connections.closeAfterAnswers();
  await untilAccepted(server);
  connections.stopListening();
  connections.closeAfterAnswers();
  // setImmediate runs right after Node has read the pending data.
  const sweep = setInterval(() => void setImmediate().then(() => connections.endIdle()), quietMs);
  const end = setTimeout(() => connections.destroy(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(end);
}
