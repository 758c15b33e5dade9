import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { apiKey, token } from "./support/credentials.ts";
import { projectUpdate } from "./support/project-update.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const publishAs = (bearer: string | null, options: Record<string, unknown> = {}) =>
  api.send("POST", "/api/v1/events", projectUpdate({}, options), { bearer });

describe("who may publish", () => {
  test("an API key, to any room", async () => {
    expect((await publishAs(apiKey, { rooms: ["user:grace", "global"] })).status).toBe(201);
  });

  test("a token with the scope, to rooms it may enter", async () => {
    expect((await publishAs(token({ rooms: ["project:42"] }))).status).toBe(201);
    expect((await publishAs(token(), { rooms: ["user:ada", "global"] })).status).toBe(201);
  });

  test("a token with the scope admin, to any room", async () => {
    expect((await publishAs(token({ scope: "admin" }), { rooms: ["user:grace"] })).status).toBe(201);
  });
});

describe("who may not", () => {
  afterEach(async () => expect(await api.appended()).toEqual([]));

  test.each<[string, () => string | null, string, string]>([
    ["nobody in particular", () => null, "unauthorized", "Bearer"],
    ["an unknown key", () => "backend-key-9999999999", "unauthorized", "Bearer"],
    ["a token signed by someone else", () => `${token()}x`, "unauthorized", "Bearer"],
    [
      "an expired token",
      () => token({ expiresInSeconds: -60 }),
      "token_expired",
      'Bearer error="invalid_token"',
    ],
  ])("%s: 401 with a challenge", async (_who, bearer, code, challenge) => {
    const answer = await publishAs(bearer());
    expect(answer).toMatchObject({ status: 401, body: { code } });
    expect(answer.headers.get("WWW-Authenticate")).toBe(challenge);
  });

  test.each(["Basic YTpi", "Bearer", apiKey, `Bearer ${apiKey} ${apiKey}`])(
    "%p as the header: 401",
    async (header) => {
      const answer = await api.send("POST", "/api/v1/events", projectUpdate(), {
        bearer: null,
        headers: { Authorization: header },
      });
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    },
  );

  test("a token without the scope: 403", async () => {
    const answer = await publishAs(token({ scope: "stats:read", rooms: ["project:*"] }));
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test.each<[string, Record<string, unknown>]>([
    ["the catalogue's room", {}],
    ["a room of its choice", { rooms: ["global", "project:7"] }],
    ["another user's room", { rooms: ["user:grace"] }],
  ])("SEC-36 a token, to %s that it may not enter: 403", async (_room, options) => {
    const answer = await publishAs(token({ rooms: ["project:1"] }), options);
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("a token, to one foreign room within a batch: 403 for all of it", async () => {
    const events = [projectUpdate({ projectId: "1" }), projectUpdate({ projectId: "2" })];
    const bearer = token({ rooms: ["project:1"] });
    const answer = await api.send("POST", "/api/v1/events", { events }, { bearer });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("a token on a domain route: the same rules", async () => {
    const { data } = projectUpdate();
    const patch = (bearer: string | null) => api.send("PATCH", "/api/v1/projects/42", data, { bearer });
    expect((await patch(null)).status).toBe(401);
    expect((await patch(token({ scope: "" }))).status).toBe(403);
    expect((await patch(token({ rooms: ["project:7"] }))).status).toBe(403);
  });
});

test("SEC-12 keys and tokens do not appear in the log", async () => {
  const bearer = token({ rooms: ["project:*"] });
  await publishAs(bearer);
  await publishAs(apiKey);
  await api.call("GET", `/api/v1/nothing?token=${bearer}`, null);
  const lines = api.logLines.join("");
  expect(lines).toContain('"caller":"key:backend"');
  expect(lines).toContain('"caller":"user:ada"');
  expect(lines).not.toContain(apiKey);
  expect(lines).not.toContain(bearer.slice(-40));
});

/** Publishes to 100 rooms as the holder of a token; returns what was asked, and how many questions were open at once. */
async function publishToMany(answer: (room: string) => boolean) {
  const asked: string[] = [];
  let [open, most] = [0, 0];
  const mayEnter = async (_principal: unknown, { name }: { name: string }) => {
    asked.push(name);
    most = Math.max(most, ++open);
    await setImmediate();
    open--;
    return answer(name);
  };
  const api = await TestApi.start({ roomAccess: { mayEnter } });
  const events = Array.from({ length: 100 }, (_, index) => projectUpdate({ projectId: `p${index}` }));
  const { status, body } = await api.send("POST", "/api/v1/events", { events }, { bearer: token() });
  const written = (await api.appended()).length;
  await api.close();
  return { status, body, asked, most, written };
}

test("SEC-57 a batch asks for its rooms at the same time, but for 16 at most", async () => {
  const { status, asked, most } = await publishToMany(() => true);
  expect([status, asked.length, most]).toEqual([201, 100, 16]);
});

test("the first room that is refused ends the questions, and nothing is written", async () => {
  const { status, body, asked, written } = await publishToMany((room) => room !== "project:p3");
  expect([status, body.detail, written]).toEqual([403, "the token may not publish to project:p3", 0]);
  expect(asked.length).toBeLessThan(50);
});
