import { describe, expect, test } from "@jest/globals";
import { formatRoomPattern, matchesRoom, parseRoomPattern, type RoomPattern } from "@roomcast/auth";
import { parseRoom } from "@roomcast/events";

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
