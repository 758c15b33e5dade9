import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { projectUpdate } from "../support/project-update.ts";
import { TestApi } from "../support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const many = (count: number, prefix = "k") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [prefix + index, 1]));
const wide = (length: number) =>
  Array.from({ length }, (_, index) => ({ name: "a", status: "x", [`z${index}`]: 1 }));

describe("SEC-47 a body with more names or values than any event has is refused in few words", () => {
  test.each<[string, object]>([
    ["80,000 unknown fields of the data", { type: "project.updated", data: many(80_000) }],
    ["90,000 unknown fields beside the data", many(90_000)],
    ["90,000 unknown fields beside the events", { events: [projectUpdate()], ...many(80_000) }],
    [
      "a field with a name of 900,000 characters",
      { type: "project.updated", data: { ["k".repeat(900_000)]: 1 } },
    ],
    [
      "40,000 labels",
      {
        type: "issue.created",
        data: Object.assign(exampleOf("issue.created"), { labels: Array(40_000).fill("x") }),
      },
    ],
    ["100,000 labels of another type", { type: "issue.created", data: { labels: Array(100_000).fill(5) } }],
    [
      "20,000 parts, each wrong",
      { type: "system.health_status", data: { status: "healthy", components: wide(20_000) } },
    ],
    ["one part of 60,000 fields", { type: "system.health_status", data: { components: [many(60_000)] } }],
    [
      "a batch of 100 events of 800 fields",
      { events: Array(100).fill({ type: "project.updated", data: many(800) }) },
    ],
    ["100,000 events", { events: Array(100_000).fill({}) }],
    ["100,000 rooms", projectUpdate({}, { rooms: Array(100_000).fill("x") })],
    ["500,000 values of one field", projectUpdate({ changes: { list: Array(450_000).fill(1) } })],
  ])("%s", async (_what, body) => {
    const text = JSON.stringify(body);
    expect(text.length).toBeLessThan(1_048_576);
    const answer = await api.call("POST", "/api/v1/events", text, {
      headers: { "Content-Type": "application/json" },
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body).length).toBeLessThan(8_000);
    expect(((answer.body.errors as unknown[]) ?? []).length).toBeLessThanOrEqual(10);
  });

  test("and it is said how many errors are left out", async () => {
    const answer = await api.send("POST", "/api/v1/events", { type: "project.updated", data: many(30_000) });
    expect(answer.body.detail).toMatch(/; and \d{5} more$/);
  });
});
