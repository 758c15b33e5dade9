import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ProtocolError } from "@roomcast/events";
import { token } from "../support/credentials.ts";
import { projectUpdate } from "../support/project-update.ts";
import { TestApi } from "../support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

/** Lines of a level that operators see. */
const shown = () => api.logLines.filter((line) => !line.includes('"level":"debug"'));
const publish = (bearer: string | null, body: object = projectUpdate()) =>
  api.send("POST", "/api/v1/events", body, { bearer });

describe("SEC-55 of what strangers cause there is one short line for each status and minute", () => {
  test.each<[string, number, (n: number) => Promise<{ status: number }>]>([
    ["requests without a key", 401, () => publish(null)],
    ["made-up tokens", 401, (n) => publish(`${token()}${n}`)],
    ["tokens without the scope", 403, () => publish(token({ scope: "" }))],
    ["tokens without the room", 403, () => publish(token({ rooms: [] }))],
    ["paths that are none", 404, (n) => api.call("GET", `/nothing/${n}`, null, { bearer: null })],
    ["other methods", 405, () => api.call("PUT", "/api/v1/events", "", { bearer: null })],
    ["preflights", 204, () => preflight()],
    ["webhooks without a signature", 401, () => api.call("POST", "/api/v1/webhooks/github", "{}")],
  ])("%s: %d", async (_what, status, cause) => {
    for (let n = 0; n < 30; n++) expect((await cause(n)).status).toBe(status);
    expect(shown()).toHaveLength(1);
    expect(shown()[0]).toContain(`"status":${status}`);
    expect(shown()[0]?.length).toBeLessThan(400);
  });

  test("and the next line says how many were left out", async () => {
    for (let n = 0; n < 5; n++) await publish(null);
    await api.call("GET", "/nothing", null, { bearer: null });
    expect(JSON.parse(shown()[1] ?? "")).toMatchObject({ status: 404, leftOut: 4 });
  });
});

test("SEC-55 what cannot be reached is told once a minute, without a stack", async () => {
  await api.close();
  const cause = new Error("connect ECONNREFUSED");
  const verify = () =>
    Promise.reject(new ProtocolError("unavailable", "the keys cannot be fetched", { cause }));
  api = await TestApi.start({ verifier: { verify } });
  for (let n = 0; n < 30; n++) expect((await publish(token())).status).toBe(503);
  const failed = shown().filter((line) => line.includes("request failed"));
  expect(failed).toHaveLength(1);
  expect(failed[0]).toContain("the keys cannot be fetched (connect ECONNREFUSED)");
  expect(failed[0]).not.toContain("    at ");
});

test("SEC-55 who is known has each request logged", async () => {
  for (let n = 0; n < 3; n++) expect((await publish(token({ rooms: ["project:*"] }))).status).toBe(201);
  expect(shown().filter((line) => line.includes('"caller":"user:ada"'))).toHaveLength(3);
});

function preflight() {
  const headers = { Origin: "https://evil.com", "Access-Control-Request-Method": "POST" };
  return api.call("OPTIONS", "/api/v1/events", null, { bearer: null, headers });
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

test.each([
  ["beginnings of tokens", "eyJ-"],
  ["beginnings of tokens with a part more", "eyJaaaaa."],
  ["beginnings of URLs", "a.b://c:"],
  ["beginnings of parameters", "&token"],
])("SEC-45 a path of thousands of %s is logged in linear time, without its token", async (_what, part) => {
  const path = `/${part.repeat(14_000 / part.length)}/${jwt}`;
  expect((await api.call("GET", path, null, { bearer: null })).status).toBe(404);
  const line = api.logLines.find((one) => one.includes('"msg":"request"'));
  expect(line).toContain("[redacted]");
  expect(line).not.toContain("c2lnbmF0dXJl");
});
