import { describe, expect, test } from "@jest/globals";
import { readConfig } from "@roomcast/standalone";
import { testSecret } from "@roomcast/testkit";

const read = (workers: string) => readConfig({ JWT_SECRET: testSecret, REALTIME_WORKERS: workers });

describe("REALTIME_WORKERS, where the log is in memory", () => {
  test.each(["", "1"])("may be %j", (workers) => {
    expect(read(workers)).toMatchObject({ port: 8_000 });
  });

  test.each(["2", "auto", "0"])("is refused and not ignored: %j", (workers) => {
    expect(() => read(workers)).toThrow(/REALTIME_WORKERS must be 1 here, .*apps\/realtime.*, not /);
  });
});
