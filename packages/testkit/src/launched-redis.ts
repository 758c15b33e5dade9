import { freePort } from "./free-port.ts";
import type { PrivateProcess } from "./private-process.ts";
import { answersPing, redisCommand } from "./redis-command.ts";
import type { RedisLauncher } from "./redis-launcher.ts";
import { waitUntil } from "./wait-until.ts";

/** How to run a Redis or Sentinel. */
export interface LaunchPlan {
  launcher: RedisLauncher;
  /** Default: a free one. */
  port?: number;
  dir: string;
  args: readonly string[];
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Runs after the process has ended for good. */
  cleanUp: () => Promise<void>;
}

/** A private Redis of a test. It ends with the test process. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The id of the current process. `restart` changes it. */
  readonly pid: number;
  /** Sends a signal: SIGKILL (default) crashes it, SIGSTOP hangs it, SIGCONT wakes it. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process, if it runs, and starts another one at the same port with the same data folder. */
  restart(): Promise<void>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a Redis or Sentinel and resolves once it answers. */
export async function launchRedis(plan: LaunchPlan): Promise<RedisServer> {
  const server = new LaunchedRedis(plan);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class LaunchedRedis implements RedisServer {
  port = 0;
  readonly #plan: LaunchPlan;
  #process: PrivateProcess | undefined;

  constructor(plan: LaunchPlan) {
    this.#plan = plan;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error("Redis has not been started");
    return this.#process.pid;
  }

  /** Another test may take the free port before this Redis does. Then it tries another port. */
  async start(): Promise<void> {
    for (let attemptsLeft = 5; ; attemptsLeft--) {
      this.port = this.#plan.port ?? (await freePort());
      try {
        return await this.#launch();
      } catch (error) {
        if (attemptsLeft === 1 || this.#plan.port !== undefined) throw error;
      }
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#process?.kill(signal);
    if (signal === "SIGKILL" || signal === "SIGTERM") await this.#process?.exited;
  }

  async restart(): Promise<void> {
    await this.#process?.stop();
    await this.#launch();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await this.#plan.cleanUp();
  }

  async #launch(): Promise<void> {
    const { launcher, dir, args, env } = this.#plan;
    const launched = await launcher.launch(this.port, dir, args, env);
    this.#process = launched;
    const answers = async () => launched.hasExited || (await this.#answers(launched.pid));
    await waitUntil(`Redis answers at ${this.port}`, answers, 30_000);
    if (launched.hasExited) throw new Error(`Redis ended at once:\n${launched.output}`);
  }

  /** Whether the Redis at the port answers and, as far as can be seen, is this one and not another test's. */
  async #answers(pid: number): Promise<boolean> {
    if (!(await answersPing(this.port))) return false;
    if (!this.#plan.launcher.isLocal) return true;
    const info = (await redisCommand(this.port, "INFO server")) ?? "";
    return info.startsWith("-NOAUTH") || info.includes(`process_id:${pid}\r\n`);
  }
}
