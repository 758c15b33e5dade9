import { AnsweringProcess } from "../answering-process.ts";
import { type ClientPlan, planArguments } from "./client-plan.ts";

/** What a load has seen since it started; latencies since the last `forgetLatencies`. */
export interface LoadReport {
  ready: number;
  failed: number;
  /** Connections that the server has ended. */
  dropped: number;
  /** Events. */
  received: number;
  /** Everything that came over the connections. */
  bytes: number;
  cpuUs: number;
  nowUs: number;
  samples: number;
  p50Us: number;
  p99Us: number;
  maxUs: number;
}

/** How long it took to get all clients ready. */
export interface Connected {
  ready: number;
  elapsedUs: number;
}

type Answer = Partial<LoadReport & Connected>;

/** How many connections are being opened at once, unless asked otherwise. */
const defaultAtOnce = 100;

/** Thousands of clients of one server, in a process of their own. */
export class LoadGenerator {
  readonly #process: AnsweringProcess<Answer>;

  private constructor(process: AnsweringProcess<Answer>) {
    this.#process = process;
  }

  /** Starts a generator, `command`, on a core. Nothing is connected yet. */
  static async start(
    command: readonly string[],
    core: number | undefined,
    plan: ClientPlan,
  ): Promise<LoadGenerator> {
    const launch = { core, command: [...command, ...planArguments(plan)] };
    return new LoadGenerator(await AnsweringProcess.lines<Answer>(launch));
  }

  /** Connects until `count` clients are ready; throws if some cannot be. */
  async connect(count: number, atOnce = defaultAtOnce): Promise<Connected> {
    const { ready = 0, elapsedUs = 0 } = await this.#process.ask(`connect ${count} ${atOnce}`);
    if (ready < count) throw new Error(`only ${ready} of ${count} clients could connect`);
    return { ready, elapsedUs };
  }

  async disconnect(): Promise<void> {
    await this.#process.ask("disconnect");
  }

  /** Whether clients resume the session they had when they connect again. */
  async resumeSessions(resumes: boolean): Promise<void> {
    await this.#process.ask(`resume ${resumes ? 1 : 0}`);
  }

  /** Where clients connect from now on. */
  async moveTo(port: number): Promise<void> {
    await this.#process.ask(`port ${port}`);
  }

  /** Rests after each look at the connections, so that clients do not read every message as it comes; 0 for not at all. */
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
