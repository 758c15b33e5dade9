import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import msgpackParser from "socket.io-msgpack-parser";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe.each([
  { parser: "json", options: {} },
  { parser: "msgpack", options: { parser: msgpackParser } },
] as const)("a namespace of code that extends a server with $parser", ({ parser, options }) => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ parser });
    server.realtime.io.of("/files").on("connection", (socket) => {
      socket.on("file", (_name: string, parts: Buffer[], answer: (size: number, first: Buffer) => void) => {
        answer(
          parts.reduce((size, part) => size + part.length, 0),
          parts[0] as Buffer,
        );
      });
    });
  });
  afterAll(() => server.close());

  test.each(["websocket", "polling"])("WS-SAFE-9 takes and gives binary data over %s", async (transport) => {
    const client = new TestClient(server.url, { namespace: "/files", transports: [transport], ...options });
    const parts = [Buffer.from("first"), Buffer.alloc(3_000, 7)];
    const [size, first] = (await new Promise<unknown>((resolve) => {
      client.socket.emit("file", "a.bin", parts, (...answer: unknown[]) => resolve(answer));
    })) as [number, Buffer];
    expect([size, Buffer.from(first).toString()]).toEqual([3_005, "first"]);
    client.close();
  });
});

describe("WS-SAFE-9 attachments", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
    server.realtime.io.of("/files");
  });
  afterAll(() => server.close());

  test.each([
    ["that nothing announced", ['42/files,["x"]', Buffer.from("stray")]],
    [
      "beyond those that were announced",
      ['451-/files,["x",{"_placeholder":true,"num":0}]', Buffer.alloc(1), Buffer.alloc(1)],
    ],
    ["more than Socket.IO takes", ['4511-/files,["x",{"_placeholder":true,"num":0}]']],
    [
      "of a namespace that was not entered",
      ['451-/elsewhere,["x",{"_placeholder":true,"num":0}]', Buffer.alloc(1)],
    ],
    ["of the product's own namespaces", ['451-/ws,["x",{"_placeholder":true,"num":0}]']],
    ["in a negative number", ['45-1-/files,["x"]']],
    ["in no number", ['45x-/files,["x"]']],
    [
      "of another packet than the one that announced them",
      ['451-/files,["x",{"_placeholder":true,"num":0}]', '42/files,["y"]'],
    ],
  ] as [string, (string | Buffer)[]][])("%s end the connection", async (_, frames) => {
    const client = await RawClient.connected(server.url, { token: testToken() });
    client.connect("/files", testToken());
    await client.next("40/files,{");
    for (const frame of frames) client.send(frame);
    await client.closed;
  });
});
