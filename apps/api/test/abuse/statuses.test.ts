import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { domainTable } from "@roomcast/api";
import { signatureOf } from "../support/github.ts";
import { TestApi } from "../support/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start();
});
afterEach(async () => expect(await api.appended()).toEqual([]));
afterAll(() => api.close());

const webhook = "/api/v1/webhooks/github";
const withBody: [method: string, path: string][] = [
  ["POST", "/api/v1/events"],
  ["POST", "/api/v1/revocations"],
  ["POST", webhook],
  ...domainTable.map(({ method, path }): [string, string] => [
    method.toUpperCase(),
    `/api/v1${path.replace(/:\w+/, "7")}`,
  ]),
];
const readable: [method: string, path: string][] = [
  ["GET", "/health"],
  ["GET", "/ready"],
  ["GET", "/api/v1/websocket/stats"],
];

/** Sends a body to a route as who may: with the test's API key, or GitHub's signature. */
function send(method: string, path: string, body: string, headers: Record<string, string>) {
  const signed: Record<string, string> =
    path === webhook ? { "X-Hub-Signature-256": signatureOf(body), "X-GitHub-Event": "issues" } : {};
  return api.call(method, path, body, { headers: { ...signed, ...headers } });
}

const all = [...withBody, ...readable];
test.each([...new Set(all.map(([, path]) => path))])(
  "SEC-56 %s has no other methods: 405 names those it has, with or without a key",
  async (path) => {
    const allowed = new Set(all.filter(([, one]) => one === path).map(([method]) => method));
    if (allowed.has("GET")) allowed.add("HEAD");
    for (const other of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"]) {
      if (allowed.has(other)) continue;
      const answer = await api.call(other, path, null, { bearer: null });
      const told = answer.headers.get("Allow")?.split(", ");
      expect([other, answer.status, new Set(told)]).toEqual([other, 405, allowed]);
      if (other !== "HEAD") expect(answer.body).toMatchObject({ code: "method_not_allowed" });
    }
  },
);

describe.each(readable)("SEC-56 HEAD on the route of %s %s", (_, path) => {
  test("is answered as GET is, without the body", async () => {
    const [get, head] = [await api.call("GET", path, null), await api.call("HEAD", path, null)];
    expect([get.status, head.status, head.body]).toEqual([200, 200, {}]);
    expect(head.headers.get("Content-Type")).toBe(get.headers.get("Content-Type"));
  });
});

describe.each(withBody)("SEC-56 a body of %s %s", (method, path) => {
  test.each<[string, Record<string, string>]>([
    ["another type", { "Content-Type": "text/plain" }],
    ["bytes", { "Content-Type": "application/octet-stream" }],
    ["something like JSON", { "Content-Type": "application/jsonx" }],
    ["no type", { "Content-Type": "" }],
    ["an unknown encoding", { "Content-Type": "application/json", "Content-Encoding": "zstd" }],
  ])("that is %s is 415", async (_what, headers) => {
    const answer = await send(method, path, "{}", headers);
    expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });

  test("that is not the JSON it says it is is 400", async () => {
    for (const body of ["{", "nonsense", '{"a":1,}', '"']) {
      const answer = await send(method, path, body, { "Content-Type": "application/json" });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
    }
  });

  test("that is too large is 413", async () => {
    const body = JSON.stringify({ text: "x".repeat(path === webhook ? 5 * 1_048_576 : 1_048_576) });
    const answer = await send(method, path, body, { "Content-Type": "application/json" });
    expect(answer).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
  });
});

test("SEC-56 an empty body without a type is no body of another type", async () => {
  const answer = await api.call("POST", "/api/v1/events", "");
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
});
