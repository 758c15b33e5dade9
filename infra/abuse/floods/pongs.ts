import { once } from "node:events";
import type { Socket } from "node:net";
import { RawClient } from "../../faults/raw-client.ts";
import { type Flood, nthUser, repeat } from "../flood.ts";

const clients = 2;
const inOneWrite = 4_000;
/** An empty frame, masked as a client's frames must be. */
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const bulk = Buffer.concat(new Array<Buffer>(inOneWrite).fill(pong));

/** Clients send unsolicited WebSocket pongs as fast as the server reads them. */
export const pongs: Flood = {
  name: "pongs",
  title: "WebSocket pongs that nobody asked for",
  async run(target) {
    const done = { connections: 0, pongs: 0 };
    const endsAtMs = performance.now() + target.seconds * 1_000;
    await repeat(target, clients, async () => {
      const client = await RawClient.connected(target.url, nthUser("pongs", done.connections++));
      const { _socket: stream } = client.socket as unknown as { _socket: Socket };
      while (!client.isClosed && performance.now() < endsAtMs) {
        done.pongs += inOneWrite;
        if (!stream.write(bulk)) await Promise.race([once(stream, "drain"), once(stream, "close")]);
        // Give the event loop a chance to notice the end of the connection.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.cut();
    });
    return done;
  },
};
