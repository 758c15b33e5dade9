import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { otherApiKey, token } from "./support/credentials.ts";
import { projectUpdate } from "./support/project-update.ts";
import { type CallOptions, TestApi } from "./support/test-api.ts";

describe("publishing", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start();
  });
  afterEach(() => api.close());

  const publish = (body: unknown, headers: Record<string, string> = {}) =>
    api.send("POST", "/api/v1/events", body, { headers });

  describe("POST /api/v1/events with one event", () => {
    test("appends it and answers 201 with its id and position", async () => {
      const answer = await publish(projectUpdate());
      const [entry] = await api.appended();
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ id: entry?.envelope.id, position: `${entry?.epoch}.1` });
      expect(entry).toMatchObject({ type: "project.updated", rooms: ["project:42"], transient: false });
      expect(entry?.envelope).toMatchObject({ room: "project:42", data: projectUpdate().data });
    });

    test("takes rooms, correlation id and ephemeral from the body", async () => {
      const options = { rooms: ["channel:ops", "global"], correlationId: "c-1", ephemeral: true };
      await publish(projectUpdate({}, options), { "X-Correlation-Id": "c-2" });
      const [entry] = await api.appended();
      expect(entry).toMatchObject({ rooms: ["channel:ops", "global"], transient: true });
      expect(entry?.envelope).toMatchObject({ room: "channel:ops", correlationId: "c-1" });
    });

    test.each<[string, Record<string, string>, string | null]>([
      ["X-Correlation-Id", { "X-Correlation-Id": "c-2", "X-Request-Id": "r-1" }, "c-2"],
      ["X-Request-Id when there is no other", { "X-Request-Id": "r-1" }, "r-1"],
      ["nothing when X-Request-Id is unusable", { "X-Request-Id": "r".repeat(129) }, null],
    ])("takes the correlation id from %s", async (_header, headers, correlationId) => {
      expect((await publish(projectUpdate(), headers)).status).toBe(201);
      expect((await api.appended())[0]?.envelope).toMatchObject({ correlationId });
    });

    test("accepts other media types of JSON", async () => {
      const headers = { "Content-Type": "application/cloudevents+json; charset=utf-8" };
      expect((await publish(projectUpdate(), headers)).status).toBe(201);
    });

    test("SEC-39 carries line breaks, Lua and HTML in texts as they are", async () => {
      const projectName = "a\r\nSet-Cookie: x=1\r\n\r\n'); redis.call('FLUSHALL') -- <script>\u2028\0";
      expect((await publish(projectUpdate({ projectName }))).status).toBe(201);
      expect((await api.appended())[0]?.envelope).toMatchObject({ data: { projectName } });
    });
  });

  describe("POST /api/v1/events with a batch", () => {
    const batch = (size: number) => ({
      events: Array.from({ length: size }, (_, n) => projectUpdate({ projectName: `n${n}` })),
    });

    test("appends up to 100 events in their order and answers for each", async () => {
      const answer = await publish(batch(100), { "X-Correlation-Id": "c" });
      const entries = await api.appended();
      expect(answer.status).toBe(201);
      expect(answer.body.results).toEqual(
        entries.map(({ envelope, epoch, offset }) => ({ id: envelope.id, position: `${epoch}.${offset}` })),
      );
      expect(entries.map(({ envelope }) => envelope.data)).toMatchObject(
        batch(100).events.map(({ data }) => data),
      );
      expect(new Set(entries.map(({ envelope }) => envelope.correlationId))).toEqual(new Set(["c"]));
    });

    test.each([0, 101])("of %d events is refused", async (size) => {
      const answer = await publish(batch(size));
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
      expect(await api.appended()).toEqual([]);
    });

    test("with one invalid event writes nothing and names it", async () => {
      const answer = await publish({ events: [projectUpdate(), projectUpdate({ status: "on fire" })] });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "invalid_event", errors: [{ field: "events[1].status" }] },
      });
      expect(await api.appended()).toEqual([]);
    });

    test("with a malformed event names its field", async () => {
      const answer = await publish({ events: [projectUpdate(), { type: "project.updated", data: 7 }] });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "invalid_command", errors: [{ field: "events[1].data" }] },
      });
    });

    test("of which the log takes only some answers 207 and tells them apart", async () => {
      await publish(projectUpdate({}, { idempotencyKey: "k" }));
      const other = projectUpdate({ projectName: "Zeus" }, { idempotencyKey: "k" });
      const answer = await publish({ events: [other, projectUpdate()] });
      expect(answer).toMatchObject({
        status: 207,
        body: {
          results: [
            { error: { code: "idempotency_conflict", retryable: false } },
            { id: expect.any(String) },
          ],
        },
      });
    });

    test("of which the log takes none answers with the error", async () => {
      await api.log.close();
      expect(await publish(batch(3))).toMatchObject({ status: 503, body: { code: "unavailable" } });
    });
  });
});

describe("publishing again", () => {
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
      [
        "on a domain route",
        () => api.send("PATCH", "/api/v1/projects/42", projectUpdate().data, withKey("k")),
      ],
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
});
