import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { HttpConnections } from "./http-connections.ts";
import { untilAccepted } from "./until-accepted.ts";

export interface ListenOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
}

/** A server that listens. */
export interface Listening {
  /** The real port. */
  port: number;
  /** From now on every answer says `Connection: close`, so that clients send the next request elsewhere. */
  closeAfterAnswers: () => void;
  /**
   * Accepts nothing more and resolves when the last request has been answered. Idle connections end 0.2 s later: a
   * request that is on its way is answered. What is open after `timeoutMs` is destroyed, upgraded connections too.
   */
  close: (timeoutMs: number) => Promise<void>;
}

/** As long as a request may be under way on a connection that is idle here. */
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
  // Who was told to go elsewhere and is still here would come back at once, just when the port closes.
  if (connections.areClosing) connections.keepAfterAnswers();
  else connections.closeAfterAnswers();
  await untilAccepted(server);
  connections.stopListening();
  connections.closeAfterAnswers();
  // Right after Node has read what is there.
  const sweep = setInterval(() => void setImmediate().then(() => connections.endIdle()), quietMs);
  const end = setTimeout(() => connections.destroy(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(end);
}
