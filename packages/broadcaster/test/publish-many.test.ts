import { describe, expect, test } from "@jest/globals";
import { EventBroadcaster, type PublishItem } from "@roomcast/broadcaster";
import { MemoryEventLog } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import { projectUpdate } from "./support/project-update.ts";
import { RecordingLog } from "./support/recording-log.ts";

const update = (projectName: string, options: Partial<PublishItem> = {}): PublishItem =>
  ({ type: "project.updated", data: projectUpdate({ projectName }), ...options }) as PublishItem;

describe("publishMany", () => {
  test("appends in the order given and answers for each", async () => {
    const log = new RecordingLog();
    const results = await new EventBroadcaster(log).publishMany([
      update("a", { correlationId: "c-1" }),
      update("b", { rooms: ["global"], ephemeral: true }),
    ]);

    expect(log.requests.map((request) => request.rooms[0])).toEqual(["project:42", "global"]);
    expect(log.envelope(0)).toMatchObject({ correlationId: "c-1", data: { projectName: "a" } });
    expect(log.requests[1]?.transient).toBe(true);
    expect(results).toEqual([
      { ok: true, published: { id: log.requests[0]?.id, position: "e1.1", duplicate: false } },
      { ok: true, published: { id: log.requests[1]?.id, position: "e1.2", duplicate: false } },
    ]);
  });

  test("asks the log for one batch", async () => {
    const log = new RecordingLog();
    await new EventBroadcaster(log).publishMany([update("a"), update("b"), update("c")]);
    expect(log.batches).toEqual([3]);
  });

  test("refuses what is too much for one batch and writes nothing", async () => {
    const log = new MemoryEventLog();
    const items = Array.from({ length: 257 }, (_, n) => update(`p${n}`));
    await expect(new EventBroadcaster(log).publishMany(items)).rejects.toMatchObject({
      code: "payload_too_large",
      message: expect.stringContaining("257"),
    });
    expect((await log.head()).offset).toBe(0);
    await log.close();
  });

  test("writes nothing when one event is invalid, and names its index", async () => {
    const log = new RecordingLog();
    const items = [update("a"), update("b"), update("")];
    await expect(new EventBroadcaster(log).publishMany(items)).rejects.toMatchObject({
      code: "invalid_event",
      message: expect.stringMatching(/^events\[2\]: projectName/),
      details: [{ field: "events[2].projectName" }],
    });
    expect(log.requests).toEqual([]);
  });

  test("tells of each event when the log takes some and refuses others", async () => {
    const conflict = new ProtocolError("idempotency_conflict", "used before");
    const fault = new Error("a bug");
    const log = new RecordingLog().failAt(1, conflict).failAt(2, fault);
    const results = await new EventBroadcaster(log).publishMany(["a", "b", "c", "d"].map((n) => update(n)));

    expect(results.map((result) => result.ok)).toEqual([true, false, false, true]);
    expect(results[1]).toMatchObject({ error: conflict });
    expect(results[2]).toMatchObject({ error: { code: "internal", cause: fault } });
  });

  test("of nothing publishes nothing", async () => {
    expect(await new EventBroadcaster(new RecordingLog()).publishMany([])).toEqual([]);
  });
});

const everything = { limit: 1_000 };

describe("over a real log", () => {
  test("a retry with the same key and content writes nothing and answers with the first id", async () => {
    const log = new MemoryEventLog();
    const broadcaster = new EventBroadcaster(log);
    const first = await broadcaster.broadcastProjectUpdated(projectUpdate(), { idempotencyKey: "k" });
    const again = await broadcaster.broadcastProjectUpdated(projectUpdate(), { idempotencyKey: "k" });

    expect(again).toEqual({ ...first, duplicate: true });
    expect((await log.history("project:42", everything)).entries).toHaveLength(1);
  });

  test("the same key with other content is a conflict, alone and within a batch", async () => {
    const log = new MemoryEventLog();
    const broadcaster = new EventBroadcaster(log);
    const data = projectUpdate({ projectName: "Zeus" });
    await broadcaster.broadcastProjectUpdated(projectUpdate(), { idempotencyKey: "k" });
    const conflict = { code: "idempotency_conflict" };
    await expect(broadcaster.broadcastProjectUpdated(data, { idempotencyKey: "k" })).rejects.toMatchObject(
      conflict,
    );
    const results = await broadcaster.publishMany([
      { type: "project.updated", data, idempotencyKey: "k" },
      { type: "project.updated", data },
    ]);
    expect(results).toMatchObject([{ ok: false, error: conflict }, { ok: true }]);
  });

  test("a batch stands in the room's history in its order", async () => {
    const log = new MemoryEventLog();
    const names = Array.from({ length: 50 }, (_, n) => `name ${n}`);
    await new EventBroadcaster(log).publishMany(
      names.map((projectName) => ({ type: "project.updated", data: projectUpdate({ projectName }) })),
    );
    const { entries } = await log.history("project:42", everything);
    expect(entries.map(({ json }) => JSON.parse(json).data.projectName)).toEqual(names);
  });

  test("after the log was closed a publish is rejected with a typed error", async () => {
    const log = new MemoryEventLog();
    await log.close();
    await expect(new EventBroadcaster(log).broadcastProjectUpdated(projectUpdate())).rejects.toMatchObject({
      name: "ProtocolError",
      code: "unavailable",
    });
  });
});
