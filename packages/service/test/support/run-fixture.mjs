// A process under `run`, for run.test.ts: argv[2] names how it behaves; with `child` after it, SIGUSR2 stands
// for a parent's word.
import { ConfigError, run } from "@roomcast/service";

const never = () => new Promise(() => undefined);
const keepAlive = () => setInterval(() => undefined, 1_000);
const say = (text) => console.log(text);

const close = async () => say("closed");
const hang = async () => {
  say("closing");
  await never();
};

const behaviours = {
  orderly: async () => ({ close }),
  hangs: async () => ({ close: hang, closeTimeoutMs: 50 }),
  "hangs-long": async () => ({ close: hang, closeTimeoutMs: 60_000 }),
  drains: async () => ({ close, drainDelayMs: 20, announceClose: () => say("announced") }),
  "drains-long": async () => ({ close, drainDelayMs: 600_000, announceClose: () => say("announced") }),
  "drains-and-throws": async () => {
    const announceClose = () => {
      setTimeout(() => {
        throw new Error("boom");
      });
    };
    return { close, drainDelayMs: 600_000, announceClose };
  },
  "fails-to-close": async () => ({ close: () => Promise.reject(new Error("stuck")) }),
  "fails-to-start": async () => {
    throw new Error("no such port");
  },
  "bad-config": async () => {
    throw new ConfigError([{ variable: "PORT", problem: "must be an integer" }]);
  },
  "slow-start": async () => {
    say("ready");
    await new Promise((resolve) => process.once("SIGTERM", resolve));
    return { close };
  },
  throws: async () => {
    setTimeout(() => {
      throw new Error("boom");
    });
    return { close };
  },
  rejects: async () => {
    setTimeout(() => void Promise.reject(new Error("boom")));
    return { close };
  },
  "throws-and-hangs": async () => {
    setTimeout(() => {
      throw new Error("boom");
    });
    return { close: never, closeTimeoutMs: 50 };
  },
};

const isChild = process.argv[3] === "child";
const until = new Promise((resolve) => process.once("SIGUSR2", () => resolve("asked by the parent")));

keepAlive();
run(
  "fixture",
  async () => {
    const running = await behaviours[process.argv[2]]();
    say("ready");
    return running;
  },
  isChild ? { until } : {},
);
