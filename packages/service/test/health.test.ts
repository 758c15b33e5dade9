import { describe, expect, test } from "@jest/globals";
import { Health } from "@roomcast/service";

describe("Health", () => {
  test("is ready without checks", async () => {
    expect(await new Health().report()).toEqual({ status: "ready", checks: {} });
  });

  test("is ready when every check passes", async () => {
    const health = new Health();
    health.add("log", async () => undefined);
    health.add("sync", () => undefined);
    expect(await health.report()).toEqual({ status: "ready", checks: { log: "ok", sync: "ok" } });
  });

  test("is unready with the reasons of those that fail, reject or hang", async () => {
    const health = new Health({ timeoutMs: 10 });
    health.add("fine", () => undefined);
    health.add("log", async () => {
      throw new Error("not connected");
    });
    health.add("draining", () => {
      throw new Error("shutting down");
    });
    health.add("hung", () => new Promise(() => undefined));
    expect(await health.report()).toEqual({
      status: "unready",
      checks: {
        fine: "ok",
        log: "not connected",
        draining: "shutting down",
        hung: "no answer within 10 ms",
      },
    });
  });

  test("forgets a check that was taken away", async () => {
    const health = new Health();
    const remove = health.add("log", () => {
      throw new Error("down");
    });
    remove();
    expect(await health.report()).toEqual({ status: "ready", checks: {} });
  });

  test("refuses a name that is in use", () => {
    const health = new Health();
    health.add("log", () => undefined);
    expect(() => health.add("log", () => undefined)).toThrow('named "log"');
  });
});
