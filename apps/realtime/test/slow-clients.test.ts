import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling } from "./support/raw-http.ts";

const maxQueueSize = 1_048_576;
const text = "x".repeat(60_000);

/** More than the kernel's buffers of both ends of a connection on one machine may take. */
const maxEvents = 600;

describe.each(["native", "public", "stream"] as const)(
  "a client that does not read, written %s",
  (writePath) => {
    let server: Embedded;
    let witness: TestClient;
    beforeEach(async () => {
      server = await startEmbedded({
        writePath,
        socket: { maxQueueSize, pingIntervalMs: 300, pingTimeoutMs: 60_000 },
      });
      witness = await TestClient.connected(server.url, { token: testToken("witness") });
      await witness.subscribe("project:flood");
    });
    afterEach(async () => {
      witness.close();
      await server.close();
    });

    test("WS-LIMIT-14 is cut at the limit although it sends pongs, and nobody else notices", async () => {
      const client = await RawClient.connected(server.url);
      await subscribe(client);
      client.socket.pause();
      const { sent, most } = await flood(() => client.send("3"));
      expect(server.realtime.sessions.size).toBe(1);
      expect(most).toBeLessThan(maxQueueSize + 2 * text.length);
      expect(most).toBeGreaterThan(maxQueueSize - 3 * text.length);
      const received = await witness.take(sent, "project.updated");
      expect(received.map(({ event }) => (event.data.changes as { n: number }).n)).toEqual([
        ...Array(sent).keys(),
      ]);
      await client.cut();
    });

    test("WS-LIMIT-14 is cut over polling, too, when it stops asking", async () => {
      const request = await openPolling(server.url);
      await fetch(request, { method: "POST", body: `40/ws,${JSON.stringify({ token: testToken() })}` });
      await fetch(request);
      await fetch(request, { method: "POST", body: '42/ws,["subscribe",{"room":"project:flood"}]' });
      const { sent, most } = await flood(() => undefined);
      expect(sent).toBeLessThan(25);
      expect(most).toBeLessThan(maxQueueSize + 2 * text.length);
      expect((await fetch(request)).status).toBe(400);
    });

    test("WS-SAFE-14 is cut after a flood of WebSocket pings whose answers it does not read", async () => {
      const client = await RawClient.connected(server.url);
      client.socket.pause();
      const stream = (client.socket as unknown as { _socket: { write(data: Buffer): boolean } })._socket;
      // Masked pings of 125 bytes; all of their answers would take 25 MB.
      const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
      const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping));
      let most = 0;
      for (let n = 0; n < 200 && server.realtime.sessions.size > 1; n++) {
        stream.write(pings);
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, buffered());
      }
      expect(most).toBeLessThan(100_000);
      await waitUntil("it is cut", () => server.realtime.sessions.size === 1);
      await client.cut();
    });

    test("a large past that it reads slowly does not count, and it is not cut for what comes after", async () => {
      const count = 240;
      const { position } = await announce(server, "project:past", { n: -1, text });
      for (let n = 0; n < count; n++) await announce(server, "project:past", { n, text });
      const client = await RawClient.connected(server.url);
      client.socket.pause();
      client.send(`42/ws,0["subscribe",${JSON.stringify({ room: "project:past", since: position })}]`);
      await waitUntil("the past waits for it", () => buffered() > maxQueueSize);
      for (let n = count; n < count + 5; n++) {
        await announce(server, "project:past", { n, text });
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(server.realtime.sessions.size).toBe(2);
      client.socket.resume();
      for (let n = 0; n < count + 5; n++)
        expect(await client.next('42/ws,["project.updated"')).toContain(`"n":${n},`);
      client.socket.terminate();
    });

    async function subscribe(client: RawClient): Promise<void> {
      client.send('42/ws,0["subscribe",{"room":"project:flood"}]');
      await client.next("43/ws,0[");
    }

    /** Publishes until only the witness is left; `most`: the most bytes that waited in this process for one client. */
    async function flood(meanwhile: () => void): Promise<{ sent: number; most: number }> {
      let most = 0;
      let sent = 0;
      while (server.realtime.sessions.size > 1) {
        if (sent > maxEvents) throw new Error("it was not cut");
        await announce(server, "project:flood", { n: sent++, text });
        meanwhile();
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, buffered());
      }
      return { sent, most };
    }

    /** Bytes that wait for the client that most wait for: in Engine.IO, in ws, and in the stream. */
    function buffered(): number {
      const { clients } = server.realtime.io.engine as unknown as { clients: Record<string, Queues> };
      const bytes = Object.values(clients).map(({ writeBuffer, transport }) => {
        const queued = writeBuffer.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
        return queued + (transport.socket?.bufferedAmount ?? 0);
      });
      return Math.max(0, ...bytes);
    }
  },
);

interface Queues {
  writeBuffer: { data?: string }[];
  transport: { socket?: { bufferedAmount: number } };
}
