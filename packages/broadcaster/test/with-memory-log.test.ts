import { describe, expect, test } from "@jest/globals";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { MemoryEventLog } from "@roomcast/event-log";
import { projectUpdate } from "./support/project-update.ts";

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
