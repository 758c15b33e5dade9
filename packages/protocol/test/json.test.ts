import { describe, expect, test } from "@jest/globals";
import { isKeptNumber, jsonFaultIn, LossyNumber, shown } from "@roomcast/protocol";

const faultOf = (value: unknown) => jsonFaultIn(value, "data");

const nested = (depth: number, wrap: (inner: unknown) => unknown, core: unknown = 1): unknown =>
  depth === 0 ? core : wrap(nested(depth - 1, wrap, core));

const inObject = (inner: unknown) => ({ a: inner });
const inArray = (inner: unknown) => [inner];

describe("every client can be sent", () => {
  test.each([
    null,
    true,
    0,
    "text",
    [],
    {},
    { a: [1, { b: null }] },
    0.1,
    1e-7,
    5e-324,
    1.5e300,
    1e21,
    2 ** 53 - 1,
    1 - 2 ** 53,
    { "": 1, toString: 2, valueOf: 3, hasOwnProperty: 4, toJSON: "x" },
    "\u0000\u2028😀\ufffd",
    { absent: undefined },
    Object.assign(Object.create(null), { a: 1 }),
    { a: "__proto__", b: ["constructor"] },
  ])("%p", (value) => {
    expect(faultOf(value)).toBeUndefined();
  });
});

class Money {
  cents = 1;
}

describe("no client can be sent, and it is said where and why", () => {
  test.each<[string, unknown, string, RegExp]>([
    ["NaN", { a: [1, Number.NaN] }, "data.a[1]", /NaN.*null or text/],
    ["Infinity", { a: Number.POSITIVE_INFINITY }, "data.a", /Infinity/],
    ["negative zero", { a: -0 }, "data.a", /-0.*send 0/],
    ["an integer beyond 2^53", { id: 2 ** 53 }, "data.id", /9007199254740991.*text/],
    ["an id of 64 bits", { id: -(2 ** 60) }, "data.id", /digits.*text/],
    ["a number that was not read whole", { id: new LossyNumber("1e400") }, "data.id", /1e400.*Infinity/],
    ["a BigInt", { id: 1n }, "data.id", /BigInt.*text/],
    ["undefined in a list", [undefined], "data[0]", /undefined.*null/],
    ["a hole in a list", new Array(1), "data[0]", /undefined.*null/],
    ["undefined", undefined, "data", /undefined/],
    ["a function", { run: () => 1 }, "data.run", /function/],
    ["a symbol", { at: Symbol("x") }, "data.at", /symbol/],
    ["a Date", { at: new Date(0) }, "data.at", /Date/],
    ["a Map", { at: new Map([[1, 2]]) }, "data.at", /Map/],
    ["a Set", { at: new Set([1]) }, "data.at", /Set/],
    ["bytes", { at: new Uint8Array(1) }, "data.at", /Uint8Array/],
    ["an error", { at: new Error("x") }, "data.at", /Error/],
    ["a boxed number", { at: Object(1) }, "data.at", /Number/],
    ["an instance of a class", { at: new Money() }, "data.at", /Money/],
    ["an object with a toJSON", { at: { toJSON: () => 1 } }, "data.at", /Object/],
    ["half a character", { "a b": "x\ud83d" }, "data.a b", /half a UTF-16 character/],
    ["half a character in a name", { "\ude00": 1 }, "data.\ude00", /name/],
  ])("%s", (_what, value, field, message) => {
    expect(faultOf(value)).toEqual({ field, message: expect.stringMatching(message) });
    expect(faultOf(value)?.message.startsWith(`${field} `)).toBe(true);
  });

  test.each(["__proto__", "constructor", "prototype"])("the name %s, at whatever depth", (key) => {
    const fault = faultOf(JSON.parse(`{"list":[1,{"a":{"${key}":{}}}]}`));
    expect(fault?.field).toBe(`data.list[1].a.${key}`);
    expect(fault?.message).toMatch(/prototype.*rename/);
  });
});

describe("the bounds", () => {
  test.each([inObject, inArray])("are 16 levels", (wrap) => {
    expect(faultOf(nested(16, wrap))).toBeUndefined();
    expect(faultOf(nested(17, wrap))?.message).toMatch(/16 levels/);
  });

  test("SEC-43 are met before the depth hurts, and by what contains itself", () => {
    const endless: unknown[] = [];
    endless.push(endless);
    for (const deep of [JSON.parse("[".repeat(5_000) + "]".repeat(5_000)), endless]) {
      expect(faultOf(deep)?.message).toMatch(/16 levels/);
    }
  });

  test("are more values than an event has room for", () => {
    expect(faultOf(Array(32_767).fill(1))).toBeUndefined();
    const message = "data holds more than 32768 values: send fewer";
    expect(faultOf({ a: Array(32_768).fill(1) })).toEqual({ field: "data", message });
  });
});

test("a message does not grow with what was sent", () => {
  expect(faultOf({ ["k".repeat(10_000)]: Number.NaN })?.message.length).toBeLessThan(200);
  expect(shown("k".repeat(10_000))).toHaveLength(65);
});

test("numbers are kept up to 2^53 - 1, and where nobody takes them for exact", () => {
  expect([2 ** 53 - 1, 0.1, 1e21].map(isKeptNumber)).toEqual([true, true, true]);
  expect([2 ** 53, -1e20, Number.NaN, -0].map(isKeptNumber)).toEqual([false, false, false, false]);
});
