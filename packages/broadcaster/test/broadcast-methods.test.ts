import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type BroadcastMethodName,
  type BroadcastMethods,
  broadcastMethodName,
  EventBroadcaster,
  getBroadcaster,
  initBroadcaster,
  resetBroadcaster,
} from "@roomcast/broadcaster";
import { catalogue, type EventDefinition, type EventType, exampleOf, ProjectStatus } from "@roomcast/events";
import { projectUpdate } from "./support/project-update.ts";
import { RecordingLog } from "./support/recording-log.ts";

const roomsOf = (type: EventType) => (catalogue[type] as EventDefinition).rooms(exampleOf(type));

describe("the broadcaster's methods", () => {
  test.each<[EventType, string]>([
    ["project.updated", "broadcastProjectUpdated"],
    ["agent.status_changed", "broadcastAgentStatusChanged"],
    ["workflow.progress", "broadcastWorkflowProgress"],
    ["pr.created", "broadcastPrCreated"],
    ["issue.updated", "broadcastIssueUpdated"],
    ["ai.suggestion", "broadcastAiSuggestion"],
    ["notification.optimization_recommendation", "broadcastNotificationOptimizationRecommendation"],
  ])("%s is announced by %s", (type, name) => {
    expect(broadcastMethodName(type)).toBe(name);
  });

  test.each(Object.keys(catalogue) as EventType[])(
    "%s has one, shared by all instances, that publishes it to its rooms",
    async (type) => {
      const name = broadcastMethodName(type);
      const method = Object.getOwnPropertyDescriptor(EventBroadcaster.prototype, name)?.value;
      const log = new RecordingLog();
      await method.call(new EventBroadcaster(log), exampleOf(type));
      expect(log.requests).toEqual([expect.objectContaining({ type, rooms: roomsOf(type) })]);
      expect(log.envelope()).toMatchObject({ type, room: roomsOf(type)[0], data: exampleOf(type) });
    },
  );

  test("a transient event of the catalogue stays so, whatever the options say", async () => {
    const log = new RecordingLog();
    const broadcaster = new EventBroadcaster(log);
    await broadcaster.broadcastSystemHeartbeat(exampleOf("system.heartbeat"), { ephemeral: false });
    expect(log.requests[0]?.transient).toBe(true);
  });

  test("publish their type, with options", async () => {
    const log = new RecordingLog();
    const broadcaster = new EventBroadcaster(log);
    await broadcaster.broadcastProjectUpdated(projectUpdate(), { rooms: ["global"] });
    expect(log.requests[0]).toMatchObject({ type: "project.updated", rooms: ["global"] });
  });
});

describe("types", () => {
  const broadcaster = new EventBroadcaster(new RecordingLog());

  test("method names follow from event types", () => {
    const updated: BroadcastMethodName<"project.updated"> = "broadcastProjectUpdated";
    const status: BroadcastMethodName<"agent.status_changed"> = "broadcastAgentStatusChanged";
    const created: BroadcastMethodName<"pr.created"> = "broadcastPrCreated";
    const suggestion: BroadcastMethodName<"ai.suggestion"> = "broadcastAiSuggestion";
    const recommended: BroadcastMethodName<"notification.optimization_recommendation"> =
      "broadcastNotificationOptimizationRecommendation";
    expect([updated, status, created, suggestion, recommended]).not.toContain(undefined);
  });

  test("an enum is accepted as its member and as its text", () => {
    const update: BroadcastMethods["broadcastProjectUpdated"] = (data) =>
      broadcaster.publish("project.updated", data);
    void update({ ...projectUpdate(), status: "paused" });
    void update({ ...projectUpdate(), status: ProjectStatus.Paused });
  });

  test("wrong data, wrong types and wrong rooms do not compile", async () => {
    const attempts = [
      // @ts-expect-error: the data of another event
      broadcaster.broadcastProjectDeleted({ projectId: "1", projectName: "x", updatedBy: "y" }),
      // @ts-expect-error: no such status
      broadcaster.broadcastProjectUpdated({ ...projectUpdate(), status: "on fire" }),
      // @ts-expect-error: no such event
      broadcaster.publish("project.exploded", projectUpdate()),
      // @ts-expect-error: no such kind of room
      broadcaster.publish("project.updated", projectUpdate(), { rooms: ["planet:earth"] }),
    ];
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);

    // @ts-expect-error: the catalogue has no such event, so there is no such method
    expect(broadcaster.broadcastProjectExploded).toBeUndefined();
  });
});

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
