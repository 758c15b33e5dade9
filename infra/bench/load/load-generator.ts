import { AnsweringProcess } from "../answering-process.ts";
import { type ClientPlan, planArguments } from "./client-plan.ts";

/** The counters of a load generator since its start. Latencies count since the last `forgetLatencies`. */
export interface LoadReport {
  ready: number;
  failed: number;
  /** Connections that the server has ended. */
  dropped: number;
  /** Received events. */
  received: number;
  /** All bytes received over the connections. */
  bytes: number;
  cpuUs: number;
  nowUs: number;
  samples: number;
  p50Us: number;
  p99Us: number;
  maxUs: number;
}

/** How long it took until all clients were ready. */
export interface Connected {
  ready: number;
  elapsedUs: number;
}

type Answer = Partial<LoadReport & Connected>;

/** How many connections are opened at once by default. */
const defaultAtOnce = 100;

/** Thousands of clients of one server, in their own process. */
export class LoadGenerator {
  readonly #process: AnsweringProcess<Answer>;

  private constructor(process: AnsweringProcess<Answer>) {
    this.#process = process;
  }

  /** Starts the load generator `command` on a core, without connections. */
  static async start(
    command: readonly string[],
    core: number | undefined,
    plan: ClientPlan,
  ): Promise<LoadGenerator> {
    const launch = { core, command: [...command, ...planArguments(plan)] };
    return new LoadGenerator(await AnsweringProcess.lines<Answer>(launch));
  }

  /** Connects until `count` clients are ready. Throws if some fail. */
  async connect(count: number, atOnce = defaultAtOnce): Promise<Connected> {
    const { ready = 0, elapsedUs = 0 } = await this.#process.ask(`connect ${count} ${atOnce}`);
    if (ready < count) throw new Error(`only ${ready} of ${count} clients could connect`);
    return { ready, elapsedUs };
  }

  async disconnect(): Promise<void> {
    await this.#process.ask("disconnect");
  }

  /** Sets whether clients resume their former session when they reconnect. */
  async resumeSessions(resumes: boolean): Promise<void> {
    await this.#process.ask(`resume ${resumes ? 1 : 0}`);
  }

  /** Sets the port to which clients connect from now on. */
  async moveTo(port: number): Promise<void> {
    await this.#process.ask(`port ${port}`);
  }

  /** Sets a pause (0: none) between looks at the connections, so that clients read several messages at once. */
  async rest(ms: number): Promise<void> {
    await this.#process.ask(`rest ${ms}`);
  }

  async forgetLatencies(): Promise<void> {
    await this.#process.ask("reset");
  }

  async report(): Promise<LoadReport> {
    return (await this.#process.ask("report")) as LoadReport;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
