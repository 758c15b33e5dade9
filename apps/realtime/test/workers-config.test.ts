import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { realtimeVariables } from "@roomcast/realtime";
import { ConfigError, readEnv } from "@roomcast/service";
import { startProcess, testSecret } from "@roomcast/testkit";
import { maxWorkers, workersFor } from "../src/server/config.ts";
import { createSessionId, workerOf } from "../src/workers/session-id.ts";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const env = { REDIS_URL: "redis://127.0.0.1:1", JWT_SECRET: testSecret };
const workers = (text?: string) => readEnv({ ...env, REALTIME_WORKERS: text }, realtimeVariables).workers;

describe("REALTIME_WORKERS", () => {
  test("is 1 unless set, a number, or one for every core", () => {
    expect([workers(), workers(""), workers("1"), workers("16")]).toEqual([1, 1, 1, 16]);
    expect(workers("auto")).toBe(workersFor(availableParallelism()));
  });

  test("is never more than session ids can name, however many cores there are", () => {
    expect([1, 16, 99, 100, 512].map(workersFor)).toEqual([1, 16, 99, 99, 99]);
    for (const worker of [1, workersFor(512), workers(String(maxWorkers))])
      expect(workerOf(`GET /socket.io/?EIO=4&sid=${createSessionId(worker)} HTTP/1.1`)).toBe(worker);
  });

  test.each(["0", "-1", "1.5", "2 ", "02", "1000", "many", "AUTO", "NaN"])("refuses %j", (text) => {
    const expected = `REALTIME_WORKERS must be an integer from 1 to 99, or \`auto\`, not ${JSON.stringify(text)}`;
    expect(() => workers(text)).toThrow(ConfigError);
    expect(() => workers(text)).toThrow(expected);
  });

  test("does without Redis no more than one does: nothing is started, and it says why", async () => {
    const script = `"$0" "$1"; echo "exit code $?"`;
    const started = await startProcess("sh", ["-c", script, process.execPath, main], {
      env: { PATH: process.env.PATH ?? "", JWT_SECRET: testSecret, REALTIME_WORKERS: "2" },
    });
    await started.exited;
    expect(started.output).toMatch(
      /^the configuration cannot be used:\n {2}REDIS_URL is not set; .*\nexit code 2\n$/,
    );
  });
});
