import { describe, expect, test } from "@jest/globals";
import {
  createRoomAccess,
  formatRoomPattern,
  matchesRoom,
  parseRoomPattern,
  type RoomPattern,
} from "@roomcast/auth";
import { parseRoom } from "@roomcast/events";
import { principalOf } from "./support/principals.ts";

describe("parsing", () => {
  test.each(["project:*", "agent:7", "channel:ops.eu-1", "user:ada"])("%s is a pattern", (text) => {
    expect(formatRoomPattern(parseRoomPattern(text) as RoomPattern)).toBe(text);
  });

  test.each([
    ["a kind alone", "project"],
    ["no id", "project:"],
    ["no kind", ":42"],
    ["everything", "*"],
    ["a wildcard for the kind", "*:42"],
    ["a wildcard within an id", "project:4*"],
    ["two wildcards", "project:**"],
    ["a regular expression", "project:.*"],
    ["an unknown kind", "team:1"],
    ["a kind without ids", "global:1"],
    ["a name of the prototype", "constructor:1"],
    ["another colon", "project:4:2"],
    ["a line break", "project:42\n"],
    ["a NUL", "project:\u0000"],
    ["a look-alike letter", "рroject:42"],
    ["an id of 65 characters", `project:${"a".repeat(65)}`],
    ["10 KB", `project:${"a".repeat(10_240)}`],
    ["a number", 42],
    ["an object", {}],
    ["nothing", undefined],
  ])("%s is none", (_title, text) => {
    expect(parseRoomPattern(text)).toBeUndefined();
  });
});

describe("matching", () => {
  test.each([
    ["project:*", "project:42", true],
    ["project:42", "project:42", true],
    ["project:42", "project:421", false],
    ["project:42", "agent:42", false],
    ["project:*", "agent:42", false],
    ["project:*", "global", false],
    ["project:a", "project:A", false],
  ])("%s covers %s: %s", (pattern, name, covered) => {
    expect(matchesRoom(parseRoomPattern(pattern) as RoomPattern, parseRoom(name))).toBe(covered);
  });
});

const access = createRoomAccess();
const mayEnter = (grants: Parameters<typeof principalOf>[0], name: string) =>
  access.mayEnter(principalOf(grants), parseRoom(name));

test("without an authoriser the claims decide, at once", () => {
  expect(mayEnter({}, "global")).toBe(true);
});

describe("a user's own room", () => {
  test.each([
    ["user:ada", {}, true],
    ["user:eve", {}, false],
    ["user:Ada", {}, false],
    ["user:eve", { rooms: ["user:*"] }, false],
    ["user:eve", { rooms: ["user:eve"] }, false],
  ])("%s with %j: %s", (name, grants, expected) => {
    expect(mayEnter(grants, name)).toBe(expected);
  });
});

describe("a room that has to be granted", () => {
  test.each([
    ["project:42", {}, false],
    ["project:42", { rooms: ["project:*"] }, true],
    ["project:42", { rooms: ["agent:*", "project:42"] }, true],
    ["project:42", { rooms: ["project:41"] }, false],
    ["agent:7", { rooms: ["project:*"] }, false],
    ["channel:ops", { rooms: ["channel:ops"] }, true],
    // What only looks like a socket id is an id of its kind like any other.
    ["channel:xJ0c9ZrUkLkVx0EYAAAB", {}, false],
  ])("%s with %j: %s", (name, grants, expected) => {
    expect(mayEnter(grants, name)).toBe(expected);
  });
});

describe("the scope admin", () => {
  test.each(["global", "user:eve", "project:42", "agent:7", "channel:ops"])("opens %s", (name) => {
    expect(mayEnter({ scope: ["admin"] }, name)).toBe(true);
  });

  test("is one word, not a part of one", () => {
    expect(mayEnter({ scope: ["administrator", "not:admin"] }, "project:42")).toBe(false);
  });
});
