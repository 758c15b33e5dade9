import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { otherApiKey, token } from "./support/credentials.ts";
import { projectUpdate } from "./support/project-update.ts";
import { type CallOptions, TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const publish = (body: unknown, options: CallOptions = {}) =>
  api.send("POST", "/api/v1/events", body, options);
const withKey = (key: string) => ({ headers: { "Idempotency-Key": key } });

describe("an idempotency key", () => {
  test.each([
    ["in the body", () => publish(projectUpdate({}, { idempotencyKey: "k" }))],
    ["in the header", () => publish(projectUpdate(), withKey("k"))],
    ["on a domain route", () => api.send("PATCH", "/api/v1/projects/42", projectUpdate().data, withKey("k"))],
  ])("%s makes a retry answer with the first event and write nothing", async (_where, send) => {
    const first = await send();
    const retry = await send();
    expect(first.status).toBe(201);
    expect(retry).toMatchObject({ status: 201, body: { ...first.body, duplicate: true } });
    expect(await api.appended()).toHaveLength(1);
  });

  test("SEC-38 with another body is 409", async () => {
    await publish(projectUpdate(), withKey("k"));
    const answer = await publish(projectUpdate({ projectName: "Zeus" }), withKey("k"));
    expect(answer).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
    expect(await api.appended()).toHaveLength(1);
  });

  test.each([
    ["delivered to the connected only", projectUpdate({}, { ephemeral: true })],
    ["for other rooms", projectUpdate({}, { rooms: ["project:7"] })],
  ])("with the same data, but %s, is 409", async (_what, other) => {
    await publish(projectUpdate(), withKey("k"));
    const answer = await publish(other, withKey("k"));
    expect(answer).toMatchObject({ status: 409, body: { code: "idempotency_conflict" } });
  });

  test("SEC-58 used for two numbers that JavaScript takes for one is no duplicate: both are refused", async () => {
    for (const id of ["1161380288898609914", "1161380288898609915"]) {
      const text = JSON.stringify(projectUpdate()).replace('"Apollo"}', `"Apollo","ownerId":${id}}`);
      const headers = { "Content-Type": "application/json", "Idempotency-Key": "big" };
      expect(await api.call("POST", "/api/v1/events", text, { headers })).toMatchObject({ status: 400 });
    }
  });

  test("in the body goes before the header's", async () => {
    await publish(projectUpdate({}, { idempotencyKey: "own" }), withKey("shared"));
    const answer = await publish(projectUpdate({ projectName: "Zeus" }), withKey("shared"));
    expect(answer.status).toBe(201);
  });

  test("in the header of a batch makes the whole batch safe to retry", async () => {
    const batch = { events: [projectUpdate(), projectUpdate(), projectUpdate({ projectName: "Zeus" })] };
    const first = await publish(batch, withKey("k"));
    const retry = await publish(batch, withKey("k"));
    expect(first.status).toBe(201);
    expect(retry.body.results).toMatchObject(first.body.results as object);
    expect(await api.appended()).toHaveLength(3);
  });

  test("belongs to its caller: two who choose the same do not meet", async () => {
    const callers = [{}, { bearer: otherApiKey }, { bearer: token({ rooms: ["project:*"] }) }];
    for (const [index, caller] of callers.entries()) {
      const event = projectUpdate({ projectName: `name ${index}` });
      expect((await publish(event, { ...withKey("k"), ...caller })).status).toBe(201);
    }
    expect(await api.appended()).toHaveLength(3);
  });

  test.each(["", "x".repeat(129)])("of %d characters or more than 128 is refused", async (key) => {
    const answer = await publish(projectUpdate({}, { idempotencyKey: key }));
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
    expect(await api.appended()).toEqual([]);
  });
});
