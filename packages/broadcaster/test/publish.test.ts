import { describe, expect, test } from "@jest/globals";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { projectUpdate } from "./support/project-update.ts";
import { RecordingLog } from "./support/recording-log.ts";

describe("publish", () => {
  test("WS-EVT-3 appends one envelope to the catalogue's rooms and answers with id and position", async () => {
    const log = new RecordingLog();
    const broadcaster = new EventBroadcaster(log, { now: () => 1_700_000_000_000, newId: () => "id-1" });

    const published = await broadcaster.publish("project.updated", projectUpdate());

    expect(published).toEqual({ id: "id-1", position: "e1.1", duplicate: false });
    expect(log.requests).toHaveLength(1);
    expect(log.requests[0]).toMatchObject({
      kind: "event",
      id: "id-1",
      type: "project.updated",
      rooms: ["project:42"],
      transient: false,
    });
    expect(log.envelope()).toEqual({
      id: "id-1",
      type: "project.updated",
      room: "project:42",
      timestamp: "2023-11-14T22:13:20.000Z",
      correlationId: null,
      data: projectUpdate(),
    });
  });

  test("WS-EVT-1 gives every event a UUID v7, later ones greater", async () => {
    const log = new RecordingLog();
    const broadcaster = new EventBroadcaster(log);
    for (let n = 0; n < 100; n++) await broadcaster.publish("project.updated", projectUpdate());

    const ids = log.requests.map((request) => request.id);
    expect(new Set(ids).size).toBe(100);
    expect([...ids].sort()).toEqual(ids);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("appends in the order of the calls when none is awaited", async () => {
    const log = new RecordingLog();
    const broadcaster = new EventBroadcaster(log);
    await Promise.all(
      ["a", "b", "c"].map((projectName) =>
        broadcaster.publish("project.updated", projectUpdate({ projectName })),
      ),
    );
    const names = log.requests.map(({ json }) => JSON.parse(json).data.projectName);
    expect(names).toEqual(["a", "b", "c"]);
  });

  test("takes the text that Lua, Redis and HTTP could misread as it is", async () => {
    const log = new RecordingLog();
    const projectName = "\r\n$-1\r\nreturn redis.call('FLUSHALL') \0 \u2028 {p0} 😀";
    await new EventBroadcaster(log).publish("project.updated", projectUpdate({ projectName }));
    expect(log.envelope()).toMatchObject({ data: { projectName } });
  });
});
