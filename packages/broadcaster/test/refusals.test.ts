import { describe, expect, test } from "@jest/globals";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { type EventType, ProtocolError } from "@roomcast/events";
import { projectUpdate } from "./support/project-update.ts";
import { RecordingLog } from "./support/recording-log.ts";

/** Publishes what the types forbid, as untyped callers can. */
async function refusalOf(type: unknown, data: unknown): Promise<unknown> {
  const log = new RecordingLog();
  const refusal = await new EventBroadcaster(log)
    .publish(type as EventType, data as never)
    .catch((error: unknown) => error);
  expect(log.requests).toEqual([]);
  return refusal;
}

describe("nothing is appended and the error is typed", () => {
  test.each<[unknown]>([
    ["project.exploded"],
    ["constructor"],
    ["__proto__"],
    ["toString"],
    [7],
    [undefined],
  ])("when the type is %p", async (type) => {
    expect(await refusalOf(type, projectUpdate())).toMatchObject({ code: "unknown_event" });
  });

  test("when a field is missing, wrong or unknown, each named in the details", async () => {
    const { updatedBy: _missing, ...rest } = projectUpdate();
    const refusal = await refusalOf("project.updated", { ...rest, status: "on fire", colour: "red" });
    expect(refusal).toBeInstanceOf(ProtocolError);
    expect(refusal).toMatchObject({ code: "invalid_event" });
    const fields = (refusal as ProtocolError).details?.map(({ field }) => field);
    expect(new Set(fields)).toEqual(new Set(["updatedBy", "status", "colour"]));
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a list", []],
    ["text", "project"],
    ["a prototype key", JSON.parse('{"__proto__": {"isAdmin": true}}')],
    ["a prototype key deep inside", projectUpdate({ changes: JSON.parse('{"a":[{"constructor":1}]}') })],
  ])("when the data is or has %s", async (_what, data) => {
    expect(await refusalOf("project.updated", data)).toMatchObject({ code: "invalid_event" });
    expect({}).not.toHaveProperty("isAdmin");
  });

  test.each<[string, unknown, RegExp]>([
    ["NaN", Number.NaN, /NaN.*null or text/],
    ["Infinity", Number.NEGATIVE_INFINITY, /-Infinity/],
    ["-0", -0, /would arrive as 0/],
    ["an id of 64 bits", 2 ** 60, /as text/],
    ["a BigInt", 1n, /BigInt.*as text/],
    ["a Date", new Date(0), /Date/],
    ["a Map", new Map([[1, 2]]), /Map/],
    ["a Buffer", Buffer.from("a"), /Buffer/],
    ["a symbol", Symbol("x"), /symbol/],
    ["a function", () => 1, /function/],
    ["an instance", new EventBroadcaster(new RecordingLog()), /EventBroadcaster/],
    ["an object whose toJSON throws", { toJSON: () => JSON.parse("") }, /Object/],
    ["half a character", "\ud83d", /UTF-16/],
    ["a name that reaches a prototype", JSON.parse('{"constructor":1}'), /prototype/],
  ])("when a value would not arrive as it is: %s", async (_what, value, reason) => {
    const refusal = await refusalOf("project.updated", projectUpdate({ changes: { list: [1, value] } }));
    expect(refusal).toMatchObject({ code: "invalid_event", message: expect.stringMatching(reason) });
    expect((refusal as ProtocolError).details?.[0]?.field).toMatch(/^changes\.list\[1\]/);
  });

  test("when the data is cyclic", async () => {
    const changes: Record<string, unknown> = {};
    changes.self = changes;
    expect(await refusalOf("project.updated", projectUpdate({ changes }))).toMatchObject({
      code: "invalid_event",
    });
  });

  test("when the envelope is over 64 KiB of UTF-8, though not of characters", async () => {
    const fits = projectUpdate({ changes: { text: "x".repeat(65_000) } });
    const tooLarge = projectUpdate({ changes: { text: "é".repeat(33_000) } });
    await new EventBroadcaster(new RecordingLog()).publish("project.updated", fits);
    expect(await refusalOf("project.updated", tooLarge)).toMatchObject({ code: "payload_too_large" });
  });
});

test("an error of the log reaches the publisher as it is", async () => {
  const down = new ProtocolError("unavailable", "the log is down");
  const log = new RecordingLog().failAt(0, down);
  const attempt = new EventBroadcaster(log).publish("project.updated", projectUpdate());
  await expect(attempt).rejects.toBe(down);
});

test("the size limit can be set", async () => {
  const broadcaster = new EventBroadcaster(new RecordingLog(), { maxEventBytes: 100 });
  await expect(broadcaster.publish("project.updated", projectUpdate())).rejects.toMatchObject({
    code: "payload_too_large",
    message: expect.stringContaining("100 bytes"),
  });
});
