import { describe, expect, test } from "@jest/globals";
import { EventBroadcaster, type PublishOptions } from "@roomcast/broadcaster";
import type { RoomName } from "@roomcast/events";
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

async function publishWith(options: PublishOptions): Promise<RecordingLog> {
  const log = new RecordingLog();
  await new EventBroadcaster(log).publish("project.updated", projectUpdate(), options);
  return log;
}

describe("rooms", () => {
  test("replace the catalogue's, and the first becomes the envelope's room", async () => {
    const log = await publishWith({ rooms: ["channel:ops", "global", "channel:ops"] });
    expect(log.requests[0]?.rooms).toEqual(["channel:ops", "global"]);
    expect(log.envelope()).toMatchObject({ room: "channel:ops" });
  });

  test.each<[string, unknown[]]>([
    ["none", []],
    ["more than 16", Array.from({ length: 17 }, (_, n) => `project:${n}`)],
    ["100,000", new Array(100_000).fill("project:1")],
    ["a name outside the grammar", ["project:*"]],
    ["a line break in a name", ["project:1\r\nPUBLISH"]],
    ["something else than text", [{ toString: () => "global" }]],
  ])("are refused when they are %s", async (_what, rooms) => {
    await expect(publishWith({ rooms: rooms as RoomName[] })).rejects.toMatchObject({
      name: "ProtocolError",
      code: "invalid_room",
    });
  });

  test.each([[["global", "project:*"]], [new Array(2).fill("global", 0, 1)]])(
    "%j is refused, and the wrong one named",
    async (rooms) => {
      await expect(publishWith({ rooms: rooms as RoomName[] })).rejects.toMatchObject({
        code: "invalid_room",
        message: expect.stringMatching(/^rooms\[1\]: a room is/),
      });
    },
  );
});

describe("correlation id and idempotency key", () => {
  test("WS-EVT-3 the correlation id travels in the envelope", async () => {
    expect((await publishWith({ correlationId: "req-7" })).envelope()).toMatchObject({
      correlationId: "req-7",
    });
  });

  test.each(["", "x".repeat(129), "a\nb", "naïve", "\u0000"])("%j is refused as either", async (text) => {
    const refusal = (field: string) => ({ code: "invalid_command", details: [{ field }] });
    await expect(publishWith({ correlationId: text })).rejects.toMatchObject(refusal("correlationId"));
    await expect(publishWith({ idempotencyKey: text })).rejects.toMatchObject(refusal("idempotencyKey"));
  });
});

describe("the idempotency fingerprint", () => {
  const fingerprintOf = async (overrides: object, options: PublishOptions = {}) => {
    const log = new RecordingLog();
    const data = { ...projectUpdate(), ...overrides };
    await new EventBroadcaster(log).publish("project.updated", data, { idempotencyKey: "k", ...options });
    expect(log.requests[0]?.idempotency?.key).toBe("k");
    return log.requests[0]?.idempotency?.fingerprint;
  };

  test("is the same for the same content at another time and in another order of keys", async () => {
    const { projectId, ...rest } = projectUpdate();
    const log = new RecordingLog();
    await new EventBroadcaster(log, { now: () => 5 }).publish(
      "project.updated",
      { ...rest, projectId },
      { idempotencyKey: "k", correlationId: "another try" },
    );
    expect(log.requests[0]?.idempotency?.fingerprint).toBe(await fingerprintOf({}));
  });

  test("differs with the data, deep inside too, with the rooms, and with whether the event is kept", async () => {
    const fingerprints = [
      await fingerprintOf({}),
      await fingerprintOf({ projectName: "Zeus" }),
      await fingerprintOf({ changes: { name: { deep: [1, 2] } } }),
      await fingerprintOf({ changes: { name: { deep: [2, 1] } } }),
      await fingerprintOf({}, { rooms: ["global"] }),
      await fingerprintOf({}, { ephemeral: true }),
    ];
    expect(new Set(fingerprints).size).toBe(6);
  });

  test("is not made without a key", async () => {
    expect((await publishWith({})).requests[0]).not.toHaveProperty("idempotency");
  });
});

test("an ephemeral event is appended as transient", async () => {
  expect((await publishWith({ ephemeral: true })).requests[0]?.transient).toBe(true);
  expect((await publishWith({ ephemeral: false })).requests[0]?.transient).toBe(false);
});

test("the wish for a replicated ack reaches the log", async () => {
  expect((await publishWith({ ack: "replicated" })).requests[0]?.ack).toBe("replicated");
  expect((await publishWith({})).requests[0]).not.toHaveProperty("ack");
});
