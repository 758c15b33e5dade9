import { describe, expect, test } from "@jest/globals";
import {
  formatPosition,
  type Position,
  parsePosition,
  parseRoom,
  type RoomName,
  room,
  roomKindOf,
  roomKinds,
} from "@roomcast/protocol";
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

const positions: [string, Position][] = [
  ["e1.0", { epoch: "e1", offset: 0 }],
  ["k3f9.1", { epoch: "k3f9", offset: 1 }],
  ["abcdefghij012345.999999999999999", { epoch: "abcdefghij012345", offset: 999_999_999_999_999 }],
  ["e1.80~3.41", { epoch: "e1", offset: 80, replay: { batch: 3, at: 41 } }],
];

const foreign: unknown[] = [
  "",
  "e1",
  "e1.",
  ".5",
  "e1.-1",
  "-1",
  "e1.NaN",
  "NaN",
  "e1.1e308",
  "1e308",
  "e1.1.5",
  "e1.0x10",
  "e1. 5",
  " e1.5",
  "e1.5\n",
  "e1.5\0",
  "E1.5",
  "e1.٥",
  "1700000000000-0",
  "e1.5~",
  "e1.5~1",
  "e1.5~1.-1",
  "e1.1000000000000000",
  "abcdefghij0123456.1",
  `e1.${"9".repeat(1_000)}`,
  -1,
  Number.NaN,
  1e308,
  5,
  null,
  undefined,
  {},
  ["e1.5"],
];

describe("a position", () => {
  test.each(positions)("%s says where it is, and back", (text, position) => {
    expect(parsePosition(text)).toEqual(position);
    expect(formatPosition(position)).toBe(text);
  });

  test.each(foreign.map((text) => [text]))("is not %p", (text) => {
    expect(refusalOf(() => parsePosition(text)).code).toBe("invalid_position");
  });

  test("has an offset that counts exactly", () => {
    expect(Number.isSafeInteger(parsePosition("e1.999999999999999").offset)).toBe(true);
  });
});
