import { createServer, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createRoomAccess } from "@roomcast/auth";
import { listen } from "@roomcast/service";
import { TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";

let authoriser: Server;
let server: Embedded;
/** Questions without an answer yet. */
let open: ServerResponse[];
let asked: number;
let most: number;
let isBuffering: boolean;

beforeEach(async () => {
  [open, asked, most, isBuffering] = [[], 0, 0, true];
  authoriser = createServer((request, response) => {
    request.resume();
    asked++;
    open.push(response);
    most = Math.max(most, open.length);
    if (!isBuffering) answerAll();
  });
  const { port } = await listen(authoriser, { host: "127.0.0.1", port: 0 });
  const authorizer = { url: `http://127.0.0.1:${port}/`, timeoutMs: 20_000, onError: () => undefined };
  server = await startEmbedded({ socket: { commandRate: 1_000 }, access: createRoomAccess({ authorizer }) });
});
afterEach(async () => {
  isBuffering = false;
  answerAll();
  await server.close();
  authoriser.close();
  authoriser.closeAllConnections();
});

test("SEC-62 WS-LIMIT-29 a subscribe of 100 rooms, and many histories, ask 8 questions at once, and nobody waits for them", async () => {
  const eve = await connect("eve");
  const again = await connect("eve");
  const denied = eve.call<{ error: { code: string } }[]>("subscribe", rooms(98));
  for (let n = 0; n < 100; n++) void again.call("history", { room: `agent:x${n}` }).catch(() => undefined);
  await waitUntil("eight are asked", () => open.length === 8);
  const ada = await connect("ada");
  const answer = ada.call("subscribe", { room: "project:1" });
  await waitUntil("another user's is asked", () => asked === 9);
  isBuffering = false;
  answerAll();
  expect((await answer).ok).toBe(false);
  const codes = await denied;
  expect(codes.ok && codes.data.every(({ error }) => error.code === "forbidden")).toBe(true);
  expect(most).toBeLessThanOrEqual(9);
  for (const client of [eve, again, ada]) client.close();
});

function connect(user: string): Promise<TestClient> {
  return TestClient.connected(server.url, { token: testToken(user, { rooms: [] }) });
}

function rooms(count: number): { room: string }[] {
  return Array.from({ length: count }, (_, n) => ({ room: `project:${n}` }));
}

function answerAll(): void {
  for (const response of open.splice(0)) {
    response.writeHead(200, { "content-type": "application/json" }).end('{"allow":false}');
  }
}
