import type { Socket } from "socket.io";
import { TinyMap } from "./tiny-map.ts";

interface Internals {
  acks: unknown;
  client: { sockets: Iterable<[unknown, unknown]>; nsps: Iterable<[unknown, unknown]> };
}

/** Replaces the maps that Socket.IO makes for every connection; they hold one entry, or none. */
export function compactClient(socket: Socket): void {
  const { client } = socket as unknown as Internals;
  if (!(client.sockets instanceof TinyMap)) {
    client.sockets = new TinyMap(client.sockets);
    client.nsps = new TinyMap(client.nsps);
  }
  (socket as unknown as Internals).acks = new TinyMap();
}
