import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startRedis, startRoomcast, TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { read, section } from "./support/documents.ts";
import { curl, publisher, quickstart, runCurl, runScript } from "./support/readme.ts";
import { type DemoServer, startDemo } from "./support/standalone.ts";

const fourLines = `\
const socket = io("http://localhost:8000/ws", { auth: { token } });
socket.on("connection_established", (event) => console.log("Connected!"));
socket.emit("subscribe", { room: "project:123" });
socket.on("project.updated", (event) => console.log("Project updated:", event.data));
`;

/** What the reader has before the four lines; the transport is chosen behind their back. */
const preamble = `
import { io as connect } from "socket.io-client";
const { TOKEN: token, TRANSPORT } = process.env;
const io = (url, options) => connect(url, { ...options, transports: TRANSPORT.split(",") });
`;

/** Commands take effect in their order: once this is answered, the room of the four lines is followed. */
const readiness = `socket.emit("subscribe", { room: "channel:ready" }, () => console.log("Ready."));`;

describe("the README", () => {
  test("has the four lines for frontend developers, and what makes the last one print", () => {
    expect(quickstart).toBe(fourLines);
    expect(curl).toContain("$API_KEY");
  });

  describe("with what a first start prints", () => {
    let demo: DemoServer;
    beforeAll(async () => {
      demo = await startDemo();
    });
    afterAll(() => demo.server.stop());

    test.each(["websocket", "polling", "polling,websocket"])(
      "its quickstart works over %s",
      async (transport) => {
        const { TOKEN, API_KEY } = demo.keys();
        const code = preamble + quickstart.replace(":8000/", `:${demo.port}/`) + readiness;
        const client = await runScript(code, { TOKEN, TRANSPORT: transport });
        await waitUntil("it follows the room", () => client.output.includes("Ready."));
        expect(client.output).toContain("Connected!");
        const answer = await runCurl(demo.port, API_KEY);
        expect(answer).toEqual({
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          position: expect.any(String),
        });
        await waitUntil("the last line has printed", () => client.output.includes("Project updated:"));
        expect(client.output).toMatch(/Project updated: \{\s+projectId: '123',\s+projectName: 'Apollo'/);
        await client.stop();
      },
    );

    test("the server prints the same four lines", () => {
      const lines = demo.server.process.output.split("\n").map((line) => line.trim());
      for (const line of quickstart.trim().split("\n")) {
        expect(lines).toContain(line.replace(":8000/", `:${demo.port}/`));
      }
    });
  });

  test("its broadcaster, in a process of its own over Redis, reaches a stock client", async () => {
    const redis = await startRedis();
    const realtime = await startRoomcast("realtime", { redisUrl: redis.url });
    const client = await TestClient.connected(realtime.url, { token: testToken() });
    await client.subscribe("project:123");
    const script = await runScript(publisher, { REDIS_URL: redis.url });
    const { event } = await client.next("project.updated");
    expect(event.data).toMatchObject({ projectId: "123", changes: { status: "active" } });
    await script.exited;
    expect(script.output).toBe("");
    client.close();
    await realtime.stop();
    await redis.stop();
  });
});

describe("the integration guide", () => {
  test("its example of the broadcaster is taken", async () => {
    const redis = await startRedis();
    const guide = section(read("docs/integration-guide.md"), "### Publish from Node");
    const example = /```js\n(const broadcaster[\s\S]*?)```/.exec(guide)?.[1] ?? "";
    const [setUp, ...rest] = publisher.split("// Anywhere:");
    expect(rest).toHaveLength(1);
    const script = await runScript(`${setUp}${example}await log.close();console.log("done");`, {
      REDIS_URL: redis.url,
    });
    await script.exited;
    expect(script.output).toBe("done\n");
    await redis.stop();
  });
});
