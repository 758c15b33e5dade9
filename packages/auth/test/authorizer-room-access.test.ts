import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type AuthorizerConfig, createRoomAccess, type Principal, type RoomAccess } from "@roomcast/auth";
import { parseRoom } from "@roomcast/events";
import { Clock } from "./support/clock.ts";
import { type LocalServer, type Seen, sendJson, startServer } from "./support/http-server.ts";
import { principalOf } from "./support/principals.ts";

const ada = principalOf({ rooms: ["agent:7", "channel:*"], scope: ["events:publish", "ai"] });
const room = parseRoom("project:42");

let clock: Clock;
let server: LocalServer;
let access: RoomAccess;
let errors: Error[];
let answer: (response: ServerResponse, seen: Seen) => void;

const allow = (response: ServerResponse) => sendJson(response, { allow: true });
const deny = (response: ServerResponse) => sendJson(response, { allow: false });
const accessWith = (options: Partial<AuthorizerConfig> = {}) =>
  createRoomAccess({
    authorizer: {
      url: server.url,
      onError: (error) => errors.push(error),
      timeoutMs: 2_000,
      now: clock.now,
      ...options,
    },
  });
const enters = async (principal: Principal = ada, name = "project:42") =>
  access.mayEnter(principal, parseRoom(name));

beforeEach(async () => {
  clock = new Clock();
  errors = [];
  answer = allow;
  server = await startServer((response, seen) => answer(response, seen));
  access = accessWith();
});
afterEach(() => server.close());

describe("what is asked", () => {
  test("a room that has to be granted and that the claims do not grant", async () => {
    expect(await enters()).toBe(true);
    expect(server.seen.map(({ method, body }) => [method, JSON.parse(body)])).toEqual([
      [
        "POST",
        {
          userId: "ada",
          room: "project:42",
          claims: { rooms: ["agent:7", "channel:*"], scope: "events:publish ai" },
        },
      ],
    ]);
  });

  test.each([
    ["global", true],
    ["user:ada", true],
    ["user:eve", false],
    ["agent:7", true],
    ["channel:ops", true],
  ])("not %s, which is decided at once", (name, expected) => {
    expect(access.mayEnter(ada, parseRoom(name))).toBe(expected);
    expect(server.seen).toEqual([]);
  });

  test("nothing about an admin", () => {
    expect(access.mayEnter(principalOf({ scope: ["admin"] }), room)).toBe(true);
    expect(server.seen).toEqual([]);
  });
});

describe("what is answered", () => {
  test.each([
    [true, allow],
    [false, deny],
  ])("%s decides", async (expected, behaviour) => {
    answer = behaviour;
    expect(await enters()).toBe(expected);
    expect(errors).toEqual([]);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["an error status", (response) => sendJson(response, { allow: true }, 500)],
    ["201", (response) => sendJson(response, { allow: true }, 201)],
    ["a redirect", (response) => response.writeHead(307, { location: "/yes" }).end()],
    ["no JSON", (response) => response.end("allow")],
    ["an empty body", (response) => response.end()],
    ["null", (response) => sendJson(response, null)],
    ["an array", (response) => sendJson(response, [{ allow: true }])],
    ["no allow", (response) => sendJson(response, {})],
    ["allow as text", (response) => sendJson(response, { allow: "true" })],
    ["allow as 1", (response) => sendJson(response, { allow: 1 })],
    ["more than 1 MiB", (response) => sendJson(response, { allow: true, pad: "x".repeat(1_048_576) })],
    ["silence", () => {}],
    ["a body that never ends", (response) => void response.writeHead(200).write('{"allow":true')],
    ["a hang-up", (response) => response.destroy()],
  ])("%s is neither yes nor no, is reported once and not kept", async (_title, behaviour) => {
    answer = behaviour;
    const both = await Promise.allSettled([enters(), enters()]);
    for (const one of both) expect(one).toMatchObject({ reason: { code: "unavailable", retryable: true } });
    expect(server.seen).toHaveLength(1);
    expect(errors.map(String)).toEqual([expect.stringContaining("no usable answer")]);

    answer = allow;
    expect(await enters()).toBe(true);
  });

  test("nothing, because nobody listens, is neither yes nor no and is reported", async () => {
    await server.close();
    await expect(enters()).rejects.toMatchObject({ code: "unavailable" });
    expect(errors).toHaveLength(1);
  });
});

describe("what is kept", () => {
  test("a yes for 30 s, and then it is answered at once", async () => {
    await enters();
    clock.advance(29_999);
    expect(access.mayEnter(ada, room)).toBe(true);
    expect(server.seen).toHaveLength(1);

    answer = deny;
    clock.advance(1);
    expect(await enters()).toBe(false);
    expect(server.seen).toHaveLength(2);
  });

  test("a no for 5 s", async () => {
    answer = deny;
    await enters();
    clock.advance(4_999);
    expect(access.mayEnter(ada, room)).toBe(false);

    answer = allow;
    clock.advance(1);
    expect(await enters()).toBe(true);
    expect(server.seen).toHaveLength(2);
  });

  test("each for its user, room and claims", async () => {
    await enters();
    await enters(ada, "project:43");
    await enters(principalOf({ userId: "bob" }));
    await enters(principalOf({ userId: "ada", scope: ["events:publish"] }));
    expect(server.seen).toHaveLength(4);
  });

  test("at most as many as allowed, the least used gone first", async () => {
    access = accessWith({ maxEntries: 2 });
    for (const name of ["project:1", "project:2", "project:1", "project:3"]) await enters(ada, name);
    expect(server.seen).toHaveLength(3);
    expect(access.mayEnter(ada, parseRoom("project:1"))).toBe(true);
    await enters(ada, "project:2");
    expect(server.seen).toHaveLength(4);
  });
});

describe("one user's many questions", () => {
  const bob = principalOf({ userId: "bob" });

  test("push out only that user's answers", async () => {
    access = accessWith({ maxEntries: 10, maxEntriesPerUser: 4 });
    await enters(bob);
    for (let n = 0; n < 20; n++) await enters(ada, `project:${n}`);
    expect(access.mayEnter(bob, room)).toBe(true);
    expect(access.mayEnter(ada, parseRoom("project:16"))).toBe(true);
    expect(access.mayEnter(ada, parseRoom("project:15"))).not.toBe(true);
    await server.received(22);
  });

  test("are asked a few at a time, and other users' beside them", async () => {
    access = accessWith({ asksPerUser: 2, asksInAll: 3 });
    const open: ServerResponse[] = [];
    answer = (response) => open.push(response);
    const all = Array.from({ length: 9 }, (_, n) => enters(ada, `project:${n}`));
    await server.received(2);
    all.push(enters(bob), enters(principalOf({ userId: "eve" })));
    await server.received(3);
    expect(open).toHaveLength(3);
    answer = allow;
    open.forEach(allow);
    expect(await Promise.all(all)).toEqual(all.map(() => true));
    expect(server.seen).toHaveLength(11);
  });
});

describe("equal questions at the same time", () => {
  test("are asked once", async () => {
    const open: ServerResponse[] = [];
    answer = (response) => open.push(response);
    const answers = Array.from({ length: 50 }, () => enters());
    await server.received(1);
    open.forEach(allow);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([true]));
    expect(server.seen).toHaveLength(1);
  });

  test("of different users are not mixed up", async () => {
    answer = (response, { body }) => sendJson(response, { allow: body.includes('"userId":"ada"') });
    expect(await Promise.all([enters(), enters(principalOf({ userId: "eve" }))])).toEqual([true, false]);
  });
});

describe("after invalidate", () => {
  test("the user's rooms are asked again, other users' are not", async () => {
    const bob = principalOf({ userId: "bob" });
    await Promise.all([enters(), enters(ada, "project:43"), enters(bob)]);
    answer = deny;
    access.invalidate("ada");
    expect(await Promise.all([enters(), enters(ada, "project:43")])).toEqual([false, false]);
    expect(access.mayEnter(bob, room)).toBe(true);
  });

  test("an answer that was on its way is not trusted", async () => {
    const open: ServerResponse[] = [];
    answer = (response) => open.push(response);
    const entering = enters();
    await server.received(1);
    access.invalidate("ada");
    answer = deny;
    open.forEach(allow);
    expect(await entering).toBe(false);
    expect(server.seen).toHaveLength(2);
    expect(access.mayEnter(ada, room)).toBe(false);
  });
});

test("a malformed URL is an error at once", () => {
  const create = (url: string) => () => createRoomAccess({ authorizer: { url, onError: () => {} } });
  expect(create("backend/authorize")).toThrow("URL");
  expect(create("ftp://backend/authorize")).toThrow("URL");
  expect(create("http://name:password@backend/authorize")).toThrow("credentials");
});
