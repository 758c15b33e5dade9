import { describe, expect, test } from "@jest/globals";
import { findToken, type TokenCarrier } from "@roomcast/auth";

const everywhere = {
  auth: { token: "from-auth" },
  headers: { authorization: "Bearer from-header", "sec-websocket-protocol": "bearer.from-protocol" },
  query: { token: "from-query" },
} satisfies TokenCarrier;

describe("the order", () => {
  test.each<[string, TokenCarrier]>([
    ["from-auth", everywhere],
    ["from-header", { ...everywhere, auth: {} }],
    [
      "from-protocol",
      { ...everywhere, auth: {}, headers: { "sec-websocket-protocol": "bearer.from-protocol" } },
    ],
    ["from-query", { ...everywhere, auth: undefined, headers: {} }],
  ])("%s is found first", (expected, carrier) => {
    expect(findToken(carrier, { allowQuery: true })).toBe(expected);
  });

  test("the query counts only if allowed", () => {
    expect(findToken({ headers: {}, query: { token: "t" } }, { allowQuery: false })).toBeUndefined();
  });

  test("no source, no token", () => {
    expect(findToken({ headers: {} }, { allowQuery: true })).toBeUndefined();
  });
});

describe("auth", () => {
  test.each([
    ["null", null],
    ["text", "token"],
    ["an array", ["token"]],
    ["an empty token", { token: "" }],
    ["a token that is an object", { token: {} }],
    ["a token that is a list", { token: ["a"] }],
    ["a token that is a number", { token: 1 }],
  ])("%s holds none", (_title, auth) => {
    expect(findToken({ auth, headers: {} }, { allowQuery: true })).toBeUndefined();
  });
});

describe("Authorization", () => {
  test.each([
    ["Bearer a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="],
    ["bearer abc", "abc"],
    ["BEARER   abc ", "abc"],
    ["Basic abc", undefined],
    ["Bearer", undefined],
    ["Bearer ", undefined],
    ["Bearerabc", undefined],
    ["Bearer a b", undefined],
    ["Bearer a,b", undefined],
    ["abc", undefined],
  ])("%j holds %j", (authorization, expected) => {
    expect(findToken({ headers: { authorization } }, { allowQuery: false })).toBe(expected);
  });
});

describe("the subprotocol", () => {
  test.each<[string | string[], string | undefined]>([
    ["bearer.abc.def.ghi", "abc.def.ghi"],
    ["roomcast, bearer.abc", "abc"],
    [["roomcast", "bearer.abc"], "abc"],
    ["bearer.", undefined],
    ["bearer", undefined],
    ["roomcast", undefined],
    ["x-bearer.abc", undefined],
  ])("%j holds %j", (header, expected) => {
    const headers = { "sec-websocket-protocol": header };
    expect(findToken({ headers }, { allowQuery: false })).toBe(expected);
  });
});

test("a query with two tokens holds none", () => {
  expect(findToken({ headers: {}, query: { token: ["a", "b"] } }, { allowQuery: true })).toBeUndefined();
});
