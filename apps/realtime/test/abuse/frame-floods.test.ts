import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { waitUntil } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";
import { openPolling } from "../support/raw-http.ts";

/** A frame of a client; its mask is all zeros. */
const frame = (first: number, data = "") =>
  Buffer.concat([Buffer.from([first, 0x80 | data.length, 0, 0, 0, 0]), Buffer.from(data)]);

const floods: [string, Buffer, Buffer][] = [
  ["pongs", Buffer.alloc(0), frame(0x8a)],
  ["pongs with data", Buffer.alloc(0), frame(0x8a, "hello")],
  ["pings", Buffer.alloc(0), frame(0x89)],
  ["empty fragments", frame(0x01, "4"), frame(0x00)],
  ["fragments", frame(0x01, "4"), frame(0x00, "x")],
];

describe.each([
  ["without compression", undefined],
  ["where compression is negotiated", 1_024],
])("WS-LIMIT-21 a flood of WebSocket frames, %s,", (_, threshold) => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({
      socket: { commandRate: 5 },
      ...(threshold === undefined ? {} : { compressionThreshold: threshold }),
    });
  });
  afterAll(() => server.close());

  test.each(floods)("SEC-61 of %s is cut off", async (_name, first, repeated) => {
    const client = await RawClient.connected(server.url);
    const { _socket: stream } = client.socket as unknown as { _socket: Socket };
    stream.write(first);
    stream.write(Buffer.concat(Array.from({ length: 400 }, () => repeated)));
    await client.closed;
    await waitUntil("the session has ended", () => server.realtime.sessions.size === 0);
  });

  test("of as many as packets are let through, is not", async () => {
    const client = await RawClient.connected(server.url);
    const { _socket: stream } = client.socket as unknown as { _socket: Socket };
    stream.write(Buffer.concat(Array.from({ length: 100 }, () => frame(0x8a))));
    client.send('42/ws,1["ping"]');
    expect(await client.next("43/ws,1")).toContain("serverTime");
    await client.cut();
  });

  test("is cut off before a client on polling has changed over", async () => {
    const sid = new URL(await openPolling(server.url)).searchParams.get("sid");
    const probing = RawClient.unopened(server.url, { query: `&sid=${sid}` });
    await probing.opened;
    const { _socket: stream } = probing.socket as unknown as { _socket: Socket };
    stream.write(Buffer.concat(Array.from({ length: 400 }, () => frame(0x8a))));
    await probing.closed;
    expect(probing.frames).toEqual([]);
  });
});
