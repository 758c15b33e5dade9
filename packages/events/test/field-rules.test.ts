import { describe, expect, test } from "@jest/globals";
import type { EventType } from "@roomcast/events";
import { badFields, exampleWith, parseEvent } from "./support/parse.ts";

function accepts(type: EventType, name: string, value: unknown): boolean {
  const data = exampleWith(type, { [name]: value });
  if (parsed(type, data)) return true;
  expect(badFields(type, data).map((path) => path.split(".")[0])).toContain(name);
  return false;
}

function parsed(type: EventType, data: object): boolean {
  try {
    parseEvent(type, data);
    return true;
  } catch {
    return false;
  }
}

const long = (length: number) => "x".repeat(length);

describe("a timestamp", () => {
  test.each([
    "2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00.1Z",
    "2026-01-31T12:00:00.123456789Z",
    "2024-02-29T23:59:59Z",
  ])("may be %j", (value) => {
    expect(accepts("agent.connected", "connectedAt", value)).toBe(true);
  });

  test.each([
    "2026-01-31",
    "2026-01-31T12:00:00",
    "2026-01-31T12:00Z",
    "2026-01-31T12:00:00+01:00",
    "2026-01-31T12:00:00+00:00",
    "2026-01-31 12:00:00Z",
    "2026-02-30T12:00:00Z",
    "2025-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-01-31T25:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:00:00Z\n",
    "2026-W05-6T12:00:00Z",
    "",
    "now",
    1_769_860_800_000,
  ])("may not be %j", (value) => {
    expect(accepts("agent.connected", "connectedAt", value)).toBe(false);
  });
});

describe("a link", () => {
  test.each([
    "https://github.com/acme/shop",
    "http://localhost:3000/acme/shop",
    "http://git_server/acme",
    "https://10.0.0.7:8443/a?b=c#d",
    "https://octocoders.github.io/Codertocat/Hello-World/pull/2",
  ])("may be %j", (value) => {
    expect(accepts("project.created", "repositoryUrl", value)).toBe(true);
  });

  test.each([
    "github.com/acme/shop",
    "ftp://example.com/x",
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "data:text/html,x",
    "https://user:secret@github.com/acme/shop",
    "https://token@github.com/acme/shop",
    "https://a b.example.com",
    `https://example.com/${long(2_048)}`,
    "",
  ])("may not be %j", (value) => {
    expect(accepts("project.created", "repositoryUrl", value)).toBe(false);
  });
});

describe("a number", () => {
  test.each([
    ["workflow.progress", "progressPercent", [0, 33.3, 100], [-1, 100.1, "50"]],
    ["workflow.progress", "totalSteps", [1, 12], [0, 1.5, -1]],
    ["ai.suggestion", "confidence", [0, 0.5, 1], [-0.1, 1.01]],
    ["workflow.completed", "durationMs", [0, 86_400_000], [-1, 0.5, 1e308]],
    ["pr.created", "number", [1, 999_999], [0, -2, 1.5, "2"]],
    ["notification.cost_alert", "amount", [0, 12.5, 1e9], [-1, 1e308, "12.50"]],
    ["notification.cost_alert", "amount", [], [Number.NaN, Number.POSITIVE_INFINITY]],
  ] satisfies [EventType, string, unknown[], unknown[]][])(
    "%s %s takes %j and not %j",
    (type, name, good, bad) => {
      for (const value of good) expect([value, accepts(type, name, value)]).toEqual([value, true]);
      for (const value of bad) expect([value, accepts(type, name, value)]).toEqual([value, false]);
    },
  );
});

describe("a text", () => {
  test.each([
    ["pr.created", "title", ["", " ", "🚀", long(1_024)], [long(1_025)]],
    ["issue.created", "title", ["", long(1_024)], [long(1_025)]],
    ["issue.created", "author", ["octocat", "dependabot[bot]", "ghost", "name_corp"], ["", long(129)]],
    ["pr.updated", "sender", ["github-actions[bot]"], [""]],
    ["pr.updated", "action", ["synchronize", "review_request_removed"], ["", "Labeled", "a b", long(65)]],
    [
      "pr.created",
      "repository",
      ["acme/shop", "a/b/c", "a.b/c_d-e"],
      ["shop", "/shop", "acme/", "a//b", "a b/c"],
    ],
    ["pr.created", "labels", [[], ["bug", "good first issue", "🐛"]], [[""], [7], "bug", { 0: "bug" }]],
    ["pr.created", "labels", [Array(250).fill("x")], [Array(251).fill("x")]],
    ["notification.cost_alert", "currency", ["USD", "EUR", "JPY"], ["usd", "US", "DOLLAR", "$", ""]],
    [
      "account.connection_changed",
      "accountId",
      ["12345", "000000000012", "example.com:p"],
      ["", "1 2", 12_345],
    ],
    [
      "instance.state_changed",
      "instanceId",
      ["i-0abc", "/subscriptions/1/vm/größe"],
      ["a\0", "a\u202eb", long(257)],
    ],
    ["project.created", "projectName", ["Ünïcode 商店", long(200)], ["", long(201)]],
  ] satisfies [EventType, string, unknown[], unknown[]][])(
    "%s %s takes what it should and nothing else",
    (type, name, good, bad) => {
      for (const value of good) expect([value, accepts(type, name, value)]).toEqual([value, true]);
      for (const value of bad) expect([value, accepts(type, name, value)]).toEqual([value, false]);
    },
  );
});
