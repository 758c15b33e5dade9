import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const fixture = fileURLToPath(new URL("support/run-fixture.mjs", import.meta.url));

/** Runs the fixture, lets `talk` wait for lines and send signals, and resolves with its end. */
async function runFixture(behaviour: string, talk: (child: Talk) => Promise<void> = async () => undefined) {
  const child = spawn(process.execPath, [fixture, ...behaviour.split(" ")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  const output = createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const closed = once(child, "close");
  await talk({
    kill: (signal) => void child.kill(signal),
    line: async (text) => {
      while (!lines.includes(text)) await Promise.race([once(output, "line"), closed]);
    },
  });
  const [code, signal] = await closed;
  return { code, signal, stdout: lines.join("\n"), stderr: errors.join("") };
}

interface Talk {
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves when the process has printed the line. */
  line: (text: string) => Promise<void>;
}

describe("run, on a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s closes once and ends with 0", async (signal) => {
    const { code, stdout } = await runFixture("orderly", async ({ line, kill }) => {
      await line("ready");
      kill(signal);
    });
    expect(code).toBe(0);
    expect(stdout.match(/^closed$/gm)).toHaveLength(1);
  });

  test("a second signal ends at once with 1", async () => {
    const { code, stdout } = await runFixture("hangs-long", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
      await line("closing");
      kill("SIGINT");
    });
    expect(code).toBe(1);
    expect(stdout).toContain("second signal");
  });

  test("announces the close, and closes after the drain delay", async () => {
    const { code, stdout } = await runFixture("drains", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/"drainDelayMs":20,"msg":"closing"[\s\S]*^announced$[\s\S]*^closed$/m);
  });

  test("a second signal does not wait for the drain delay", async () => {
    const { code, stdout } = await runFixture("drains-long", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
      await line("announced");
      kill("SIGTERM");
    });
    expect(code).toBe(1);
    expect(stdout).toContain("second signal");
    expect(stdout).not.toMatch(/^closed$/m);
  });

  test("a fault ends the drain delay: it closes and ends with 1", async () => {
    const { code, stdout } = await runFixture("drains-and-throws", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/uncaught exception[\s\S]*^closed$/m);
  });

  test("a close that hangs is cut off with 1", async () => {
    const { code, stdout } = await runFixture("hangs", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
    });
    expect(code).toBe(1);
    expect(stdout).toContain("not closed in time");
  });

  test("a close that fails is logged and ends with 1", async () => {
    const { code, stdout } = await runFixture("fails-to-close", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
    });
    expect(code).toBe(1);
    expect(stdout).toContain("stuck");
  });

  test("a signal during the start closes what has started", async () => {
    const { code, stdout } = await runFixture("slow-start", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
    });
    expect(code).toBe(0);
    expect(stdout).toContain("closed");
  });
});

describe("run, until told otherwise", () => {
  test("ignores signals, closes when told and ends with 0", async () => {
    const { code, stdout } = await runFixture("orderly child", async ({ line, kill }) => {
      await line("ready");
      kill("SIGTERM");
      kill("SIGINT");
      kill("SIGUSR2");
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/"reason":"asked by the parent","msg":"closing"/);
    expect(stdout).not.toContain('"signal"');
    expect(stdout.match(/^closed$/gm)).toHaveLength(1);
  });

  test("a close that hangs is cut off with 1", async () => {
    const { code, stdout } = await runFixture("hangs child", async ({ line, kill }) => {
      await line("ready");
      kill("SIGUSR2");
    });
    expect(code).toBe(1);
    expect(stdout).toContain("not closed in time");
  });
});

describe("run, on a fault", () => {
  test.each([
    ["throws", "uncaught exception"],
    ["rejects", "unhandled rejection"],
  ])("logs it as fatal, closes and ends with 1: %s", async (behaviour, message) => {
    const { code, stdout } = await runFixture(behaviour);
    expect(code).toBe(1);
    expect(stdout).toContain("closed");
    const fatal = stdout.split("\n").find((line) => line.includes(message));
    expect(JSON.parse(fatal ?? "{}")).toMatchObject({
      level: "fatal",
      name: "fixture",
      err: { message: "boom" },
    });
  });

  test("does not wait long for a close after it", async () => {
    const { code, stdout } = await runFixture("throws-and-hangs");
    expect(code).toBe(1);
    expect(stdout).toContain("not closed in time");
  });

  test("a failed start is logged and ends with 1", async () => {
    const { code, stdout } = await runFixture("fails-to-start");
    expect(code).toBe(1);
    expect(stdout).toContain("no such port");
  });

  test("a bad configuration is printed as it is and ends with 2", async () => {
    const { code, stdout, stderr } = await runFixture("bad-config");
    expect(code).toBe(2);
    expect(stderr).toBe("the configuration cannot be used:\n  PORT must be an integer\n");
    expect(stdout).toBe("");
  });
});
