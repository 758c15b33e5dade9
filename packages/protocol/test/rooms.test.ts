import { describe, expect, test } from "@jest/globals";
import { parseRoom, type RoomName, room, roomKindOf, roomKinds } from "@roomcast/protocol";
import { refusalOf } from "./support/refusal.ts";

const accepted: [string, string, string][] = [
  ["global", "global", ""],
  ["user:42", "user", "42"],
  ["project:42", "project", "42"],
  ["agent:reviewer-7", "agent", "reviewer-7"],
  ["channel:instances", "channel", "instances"],
  ["project:Az09_.-", "project", "Az09_.-"],
  ["project:.", "project", "."],
  ["project:__proto__", "project", "__proto__"],
  [`project:${"x".repeat(64)}`, "project", "x".repeat(64)],
];

const refused: unknown[] = [
  "",
  "global:",
  "global:1",
  "Global",
  "project",
  "project:",
  "project:*",
  "*",
  "project:4*",
  "Project:42",
  "team:42",
  "__proto__",
  "__proto__:1",
  "constructor:1",
  "toString:1",
  "project:a b",
  "project: 42",
  " project:42",
  "project:42 ",
  "project:42\n",
  "global\n",
  "project:42\r\nSET x 1",
  "project:42\0",
  "project:\0",
  "project:a:b",
  "project:a/b",
  "project:{42}",
  "project:a,b",
  "project:%34%32",
  `project:${"x".repeat(65)}`,
  `project:${"x".repeat(10_000)}`,
  // Confusables: Cyrillic о, fullwidth digits and colon, a combining accent, a zero-width space, a soft hyphen.
  "prоject:42",
  "project:４２",
  "project：42",
  "project:é",
  "project:e\u0301",
  "project:4\u200b2",
  "project:4\u00ad2",
  undefined,
  null,
  42,
  {},
  ["project:42"],
  { toString: () => "project:42" },
];

describe("a room name", () => {
  test.each(accepted)("may be %j", (name, kind, id) => {
    expect(parseRoom(name)).toEqual({ kind, id, name });
    expect(roomKindOf(name as RoomName)).toBe(kind);
  });

  test.each(refused.map((name) => [name]))("may not be %j", (name) => {
    expect(refusalOf(() => parseRoom(name)).code).toBe("invalid_room");
  });

  test("is built from a kind and an id", () => {
    expect([room.global, room.user("1"), room.project("2"), room.agent("3"), room.channel("4")]).toEqual([
      "global",
      "user:1",
      "project:2",
      "agent:3",
      "channel:4",
    ]);
  });

  test("cannot be built from an id outside the grammar", () => {
    for (const id of ["", "a:b", "*", "a\n", "x".repeat(65)]) {
      expect(refusalOf(() => room.project(id)).code).toBe("invalid_room");
    }
  });
});

describe("every kind of room", () => {
  test.each(Object.entries(roomKinds))("%s keeps a bounded history", (_kind, { history }) => {
    expect(history.maxEvents).toBeGreaterThan(0);
    expect(history.maxAgeMs).toBeGreaterThan(0);
  });
});
