import { describe, expect, test } from "@jest/globals";
import {
  catalogue,
  declaredFields,
  type EventDefinition,
  type EventType,
  exampleOf,
  isEventType,
  parseRoom,
} from "@roomcast/events";
import { eventTypes, parseEvent } from "./support/parse.ts";

const roomsOf = (type: EventType, data: object) => (catalogue[type] as EventDefinition).rooms(data);

describe("the catalogue", () => {
  test("has the events that are promised", () => {
    expect(eventTypes).toEqual([
      "project.created",
      "project.updated",
      "project.deleted",
      "agent.status_changed",
      "agent.connected",
      "agent.disconnected",
      "workflow.started",
      "workflow.progress",
      "workflow.completed",
      "workflow.failed",
      "pr.created",
      "pr.updated",
      "pr.closed",
      "issue.created",
      "issue.updated",
      "issue.closed",
      "ai.suggestion",
      "ai.analysis_complete",
      "instance.state_changed",
      "instance.discovery_completed",
      "instance.health_changed",
      "account.connection_changed",
      "account.discovery_progress",
      "account.credentials_validated",
      "notification.cost_alert",
      "notification.security_finding",
      "notification.optimization_recommendation",
      "system.health_status",
      "system.scan_started",
      "system.scan_completed",
      "system.heartbeat",
    ]);
  });

  test.each([
    "project.renamed",
    "",
    "__proto__",
    "constructor",
    "toString",
    undefined,
    7,
    ["project.created"],
  ])("does not know the type %p", (name) => {
    expect(isEventType(name)).toBe(false);
  });

  test("keeps no heartbeat and everything else", () => {
    const transient = eventTypes.filter((type) => (catalogue[type] as EventDefinition).transient);
    expect(transient).toEqual(["system.heartbeat"]);
  });
});

describe.each(eventTypes)("%s", (type) => {
  test("is a known type with a summary of one sentence", () => {
    expect(isEventType(type)).toBe(true);
    expect(catalogue[type].summary).toMatch(/^[A-Z][^.]*\.$/);
  });

  test("has an example that is valid, survives unchanged and shows every field", () => {
    const example = exampleOf(type);
    expect(JSON.parse(JSON.stringify(parseEvent(type, example)))).toEqual(example);
    expect(new Set(Object.keys(example))).toEqual(declaredFields(type));
  });

  test("goes to rooms that exist", () => {
    const rooms = roomsOf(type, exampleOf(type));
    expect(rooms.map((name) => parseRoom(name).name)).toEqual(rooms);
    expect(new Set(rooms).size).toBe(rooms.length);
  });
});

describe("the rooms of an event", () => {
  const ids = { projectId: "p", agentId: "a", userId: "u" };

  test.each([
    ["project", ids, ["project:p"]],
    ["agent", ids, ["agent:a", "project:p"]],
    ["agent", { agentId: "a" }, ["agent:a"]],
    ["workflow", ids, ["project:p", "agent:a"]],
    ["workflow", { projectId: "p" }, ["project:p"]],
    ["pr", ids, ["project:p"]],
    ["issue", ids, ["project:p"]],
    ["ai", ids, ["project:p", "user:u"]],
    ["ai", { projectId: "p" }, ["project:p"]],
    ["instance", ids, ["channel:instances"]],
    ["account", ids, ["channel:accounts"]],
    ["notification", ids, ["channel:notifications", "user:u"]],
    ["notification", {}, ["channel:notifications"]],
    ["system", ids, ["global"]],
  ])("of family %s with %j are %j", (family, data, rooms) => {
    const members = eventTypes.filter((type) => type.startsWith(`${family}.`));
    expect(members).not.toHaveLength(0);
    for (const type of members) expect(roomsOf(type, data)).toEqual(rooms);
  });
});

describe("an example", () => {
  test("is a copy of the caller's own", () => {
    const mine = exampleOf("project.updated");
    mine.changes.status = "archived";
    expect(exampleOf("project.updated").changes).toEqual({ status: "paused" });
  });
});
