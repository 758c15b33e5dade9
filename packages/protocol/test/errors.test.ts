import { describe, expect, test } from "@jest/globals";
import { type ErrorCode, errorTable, ProtocolError, toProtocolError } from "@roomcast/protocol";

const codes = Object.keys(errorTable) as ErrorCode[];

describe.each(codes)("the error %s", (code) => {
  test("has a stable name, an HTTP status and a meaning", () => {
    const { status, meaning } = errorTable[code];
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(meaning).toMatch(/\.$/);
  });

  test("is retryable only if it may pass by itself", () => {
    if (errorTable[code].retryable) expect([429, 503, 504]).toContain(errorTable[code].status);
  });

  test("WS-ERR-1 is shown as the table has it", () => {
    const error = new ProtocolError(code, "words");
    expect(error).toMatchObject({ name: "ProtocolError", code, status: errorTable[code].status });
    expect(error.toBody()).toEqual({ code, message: "words", retryable: errorTable[code].retryable });
  });
});

describe("a protocol error", () => {
  test("keeps its cause and shows its details only", () => {
    const cause = new Error("connect ECONNREFUSED 10.0.0.1:6379");
    const details = [{ field: "status", message: "status must be one of the following values: active" }];
    const error = new ProtocolError("invalid_event", "words", { cause, details });
    expect(error.cause).toBe(cause);
    expect(error.toBody()).toEqual({ code: "invalid_event", message: "words", retryable: false, details });
  });

  test("has no cause when none was given", () => {
    expect(new ProtocolError("internal", "words")).not.toHaveProperty("cause");
  });
});

describe("translating an error", () => {
  test("leaves a protocol error as it is", () => {
    const error = new ProtocolError("forbidden", "words");
    expect(toProtocolError(error)).toBe(error);
  });

  test.each([new TypeError("x is not a function"), "text", undefined, null, { code: "forbidden" }])(
    "shows nothing of %p",
    (fault) => {
      const error = toProtocolError(fault);
      expect(error.toBody()).toEqual({ code: "internal", message: "internal error", retryable: false });
      expect(error.cause).toBe(fault);
    },
  );
});
