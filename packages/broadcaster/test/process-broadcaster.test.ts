import { afterEach, describe, expect, test } from "@jest/globals";
import { EventBroadcaster, getBroadcaster, initBroadcaster, resetBroadcaster } from "@roomcast/broadcaster";
import { projectUpdate } from "./support/project-update.ts";
import { RecordingLog } from "./support/recording-log.ts";

afterEach(resetBroadcaster);

describe("the process-wide broadcaster", () => {
  test("is the one that was given", () => {
    const broadcaster = new EventBroadcaster(new RecordingLog());
    expect(initBroadcaster(broadcaster)).toBe(broadcaster);
    expect(getBroadcaster()).toBe(broadcaster);
  });

  test("is made from a log", async () => {
    const log = new RecordingLog();
    initBroadcaster(log);
    await getBroadcaster().broadcastProjectUpdated(projectUpdate());
    expect(log.requests).toHaveLength(1);
  });

  test("is asked for too early: the error says what to call", () => {
    expect(() => getBroadcaster()).toThrow("call initBroadcaster(log)");
  });

  test("is not replaced unnoticed, but after a reset", () => {
    const first = initBroadcaster(new RecordingLog());
    expect(() => initBroadcaster(new RecordingLog())).toThrow("initialised already");
    expect(getBroadcaster()).toBe(first);

    resetBroadcaster();
    expect(initBroadcaster(new RecordingLog())).not.toBe(first);
  });
});
