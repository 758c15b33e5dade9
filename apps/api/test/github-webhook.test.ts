import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { deliver, githubExamples, signatureOf } from "./support/github.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const opened = JSON.stringify(githubExamples("pull_request")[0]);

describe("the signature", () => {
  const unsigned = "0".repeat(64);

  test.each<[string, string | null]>([
    ["absent", null],
    ["empty", ""],
    ["short", "sha256=00"],
    ["of the right length but wrong", `sha256=${unsigned}`],
    ["without its prefix", signatureOf(opened).slice("sha256=".length)],
    ["of another algorithm", `sha1=${unsigned.slice(24)}`],
    ["made with another secret", signatureOf(opened, "another secret")],
    ["of another body", signatureOf(`${opened} `)],
    ["in capitals", signatureOf(opened).toUpperCase()],
  ])("SEC-37 %s is 401 and nothing is announced", async (_what, signature) => {
    const answer = await deliver(api, opened, { event: "pull_request", signature });
    expect(answer).toMatchObject({ status: 401, body: { code: "invalid_signature" } });
    expect(await api.appended()).toEqual([]);
  });

  test("is over the bytes as they were sent, whatever they are", async () => {
    const spaced = JSON.stringify(JSON.parse(opened), null, 2);
    expect((await deliver(api, spaced, { event: "pull_request" })).status).toBe(201);
    expect((await deliver(api, "", { event: "pull_request" })).status).toBe(401);
  });

  test("of a body that is no JSON leads to 400", async () => {
    const answer = await deliver(api, "{", { event: "issues" });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
  });
});

test("a compressed webhook is 415", async () => {
  const answer = await deliver(api, opened, { event: "pull_request", isCompressed: true });
  expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  expect(await api.appended()).toEqual([]);
});

describe("a delivery", () => {
  test("SEC-37 that is repeated gives one event", async () => {
    const how = { event: "pull_request", delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958" };
    const first = await deliver(api, opened, how);
    const again = await deliver(api, opened, how);
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: { ...first.body, duplicate: true } });
    const entries = await api.appended();
    expect(entries).toHaveLength(1);
    expect(entries[0]?.envelope.correlationId).toBe(how.delivery);
  });

  test("SEC-59 id that two webhooks share, each for a project of its own, gives each its event", async () => {
    const how = { event: "pull_request", delivery: "d-1" };
    for (const projectId of ["1", "2"]) {
      const query = `?projectId=${projectId}`;
      expect((await deliver(api, opened, { ...how, query })).body.duplicate).toBeUndefined();
      expect((await deliver(api, opened, { ...how, query })).body.duplicate).toBe(true);
    }
    const entries = await api.appended();
    expect(entries.map(({ envelope }) => envelope.room)).toEqual(["project:1", "project:2"]);
  });

  test("is not refused because of a value that is not used", async () => {
    const odd = opened.replace('{"', '{"organization":{"id":1e400,"constructor":[9007199254740993,-0]},"');
    expect((await deliver(api, odd, { event: "pull_request" })).status).toBe(201);
  });

  test("id with another payload is 409", async () => {
    const how = { event: "pull_request", delivery: "d-1" };
    await deliver(api, opened, how);
    const other = JSON.stringify(githubExamples("pull_request")[1]);
    expect(await deliver(api, other, how)).toMatchObject({
      status: 409,
      body: { code: "idempotency_conflict" },
    });
  });

  test.each([null, "", "x".repeat(129)])("id that is missing or malformed is 400: %p", async (delivery) => {
    const answer = await deliver(api, opened, { event: "pull_request", delivery });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
  });

  test("as a form, as GitHub sends it by default, is understood", async () => {
    const form = new URLSearchParams({ payload: opened }).toString();
    const contentType = "application/x-www-form-urlencoded";
    const answer = await deliver(api, form, { event: "pull_request", contentType });
    expect(answer.status).toBe(201);
  });
});

describe("other kinds of event", () => {
  test("ping is answered", async () => {
    const answer = await deliver(api, JSON.stringify(githubExamples("ping")[0]), { event: "ping" });
    expect(answer).toMatchObject({ status: 200, body: { status: "pong" } });
  });

  test.each(["push", "star", "constructor"])("%s is taken and ignored", async (event) => {
    expect(await deliver(api, "{}", { event })).toMatchObject({ status: 202, body: { status: "ignored" } });
    expect(await api.appended()).toEqual([]);
  });
});

test("a webhook over 5 MiB is 413", async () => {
  const body = JSON.stringify({ text: "x".repeat(5 * 1_048_576) });
  expect(await deliver(api, body, { event: "issues" })).toMatchObject({
    status: 413,
    body: { code: "payload_too_large" },
  });
});

test("without a secret there is no such route", async () => {
  const closed = await TestApi.start({ github: null });
  const answer = await deliver(closed, opened, { event: "pull_request" });
  await closed.close();
  expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
});
