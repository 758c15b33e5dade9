import { describe, expect, test } from "@jest/globals";
import { createRoomAccess } from "@roomcast/auth";
import { parseRoom } from "@roomcast/events";
import { principalOf } from "./support/principals.ts";

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
