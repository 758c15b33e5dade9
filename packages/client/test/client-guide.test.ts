import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { testApiKey, testToken, waitUntil } from "@roomcast/testkit";
import { io as connect, type Socket } from "socket.io-client";
import { guideCode, runGuide } from "./support/guide.ts";
import { Standalone } from "./support/standalone.ts";

describe("the client guide's code", () => {
  let server: Standalone;
  let socket: Socket;
  beforeAll(async () => {
    server = await Standalone.start();
  }, 60_000);
  afterEach(() => void socket.disconnect());
  afterAll(() => server.stop());

  const io = (url: string, options: object) => {
    socket = connect(url, { ...options, forceNew: true, transports: ["websocket"] });
    return socket;
  };

  /** Runs sections of the guide for a user; resolves with the value of `result` when the client is connected. */
  async function run(user: string, code: string, given: object = {}, result = "undefined"): Promise<unknown> {
    const lines: unknown[][] = [];
    const console = { log: (...line: unknown[]) => lines.push(line) };
    const value = runGuide(code, server.url, { io, token: testToken(user), console, ...given }, result);
    await waitUntil("it is connected", () => lines.length > 0);
    expect(lines[0]).toEqual(["connected as", user]);
    return value;
  }

  /** Resolves when the server has dealt with the subscriptions that were asked for before. */
  const isSettled = () => socket.emitWithAck("unsubscribe", { room: "project:none" });

  test("fetches a room's state after a reset, and forgets a room that was taken away", async () => {
    const [fetched, forgotten]: unknown[][] = [[], []];
    const given = {
      fetchState: (room: string) => fetched?.push(room),
      forget: (room: string) => forgotten?.push(room),
    };
    await run("reset", guideCode("## Connect") + guideCode("## When events are missing"), given);
    await socket.emitWithAck("subscribe", { room: "project:reset", since: "nosuch.5" });
    await waitUntil("the state is fetched", () => fetched?.length === 1);
    await revoke({ userId: "reset", room: "project:reset" });
    await waitUntil("the room is forgotten", () => forgotten?.length === 1);
    expect([fetched, forgotten]).toEqual([["project:reset"], ["project:reset"]]);
  });

  test("goes on after a page load, and forgets a position that is none", async () => {
    const stored = new Map<string, string>();
    const sessionStorage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    };
    const applied: unknown[] = [];
    const apply = ({ data }: { data: { changes: { n: number } } }) => applied.push(data.changes.n);
    const load = async () => {
      const code = guideCode("## Connect") + guideCode("## Page loads");
      await run("pages", code, { room: "project:pages", sessionStorage, apply });
      await isSettled();
    };
    await load();
    await server.update("pages", 1);
    await waitUntil("it has come", () => applied.length === 1);
    socket.disconnect();
    await server.update("pages", 2);
    await load();
    await waitUntil("what was missed has come", () => applied.length === 2);
    expect(applied).toEqual([1, 2]);
    socket.disconnect();
    stored.set("position", "none");
    await load();
    expect(stored.size).toBe(0);
  });

  test("receives only events that its filters let through", async () => {
    await run("filters", guideCode("## Connect") + guideCode("## Only some events"));
    const regions: unknown[] = [];
    socket.on("instance.state_changed", ({ data }) => regions.push(data.region));
    await isSettled();
    const changed = Object.assign(exampleOf("instance.state_changed"), {
      accountId: "123456789012",
      state: "stopped",
    });
    for (const region of ["us-east-1", "eu-west-1"])
      await server.publish({ type: "instance.state_changed", data: Object.assign(changed, { region }) });
    await waitUntil("one has come", () => regions.length > 0);
    expect(regions).toEqual(["eu-west-1"]);
  });

  test("reads a room's history page by page", async () => {
    const code = guideCode("## Connect") + guideCode("## History").replace("limit: 100", "limit: 2");
    const readAfter = (await run("history", code, {}, "readAfter")) as (
      room: string,
      since: string,
    ) => Promise<{ data: { changes: unknown } }[]>;
    const { data } = await socket.emitWithAck("subscribe", { room: "project:history" });
    await server.update("history", 1, 2, 3, 4, 5);
    const events = await readAfter("project:history", data.position);
    expect(events.map((event) => event.data.changes)).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })));
  });

  test("repeats a command as long as that may help, and throws what is final", async () => {
    const code = guideCode("## Connect") + guideCode("## Errors").replace("20_000", "200");
    const waitsMs: number[] = [];
    const wait = (resolve: () => void, ms: number) => {
      waitsMs.push(ms);
      socket.connect();
      setImmediate(resolve);
    };
    const command = (await run("errors", code, { setTimeout: wait }, "command")) as (
      name: string,
      payload: object,
    ) => Promise<unknown>;
    socket.disconnect();
    expect(await command("subscribe", { room: "project:errors" })).toMatchObject({ room: "project:errors" });
    expect(waitsMs[0]).toBe(500);
    await expect(command("subscribe", { room: "user:other" })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("comes back with a new token, and signs in again when that is refused", async () => {
    const tokens = ["first", "second", "second"].map((jti) => testToken("tokens", { jti }));
    const refusals: unknown[] = [];
    const given = { fetchToken: async () => tokens.shift(), signIn: (code: unknown) => refusals.push(code) };
    runGuide(guideCode("## Tokens that end"), server.url, { io, ...given }, "socket");
    let sessions = 0;
    socket.on("connection.established", () => sessions++);
    for (const [index, tokenId] of ["first", "second"].entries()) {
      await waitUntil("it is connected", () => sessions === index + 1);
      await revoke({ userId: "tokens", tokenId });
    }
    await waitUntil("it is refused", () => refusals.length > 0);
    expect(refusals).toEqual(["revoked"]);
    expect(tokens).toEqual([]);
  });

  async function revoke(body: object): Promise<void> {
    const { status } = await fetch(`${server.url}/api/v1/revocations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testApiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(status).toBe(201);
  }
});
