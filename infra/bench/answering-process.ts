import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { pinned } from "./cores.ts";

/** How to start a program of the benchmark. */
export interface Launch {
  /** The core to which the program is pinned. */
  core: number | undefined;
  command: readonly string[];
  env?: Record<string, string>;
}

/** Raises the limit of open files as far as allowed, because every connection is an open file. */
const withOpenFiles = 'ulimit -n 100000 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"';

const defaultTimeoutMs = 120_000;

/**
 * A child process that answers questions, one after the other: Node processes over IPC, other programs with
 * lines of JSON. All end by themselves when this process ends.
 */
export class AnsweringProcess<Answer extends object> {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #answers: Answer[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;
  #errors = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid as number;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-4_096);
    });
    // If a write fails, the wait for the answer fails too.
    child.stdin?.on("error", () => undefined);
    child.once("exit", () => {
      this.#hasEnded = true;
      this.#wake?.();
    });
  }

  /** The end of its output on stderr. */
  get errors(): string {
    return this.#errors;
  }

  /** Starts a program that speaks lines of JSON. */
  static async lines<Answer extends object>(launch: Launch): Promise<AnsweringProcess<Answer>> {
    const child = await start(launch, ["pipe", "pipe", "pipe"]);
    const started = new AnsweringProcess<Answer>(child);
    if (child.stdout === null) throw new Error("started without stdout");
    createInterface(child.stdout).on("line", (line) => started.#take(JSON.parse(line) as Answer));
    return started;
  }

  /** Starts a Node process that speaks IPC. */
  static async node<Answer extends object>(launch: Launch): Promise<AnsweringProcess<Answer>> {
    const child = await start(launch, ["ignore", "ignore", "pipe", "ipc"]);
    const started = new AnsweringProcess<Answer>(child);
    child.on("message", (message) => started.#take(message as Answer));
    return started;
  }

  /** Sends a line or a message and resolves with the next answer. */
  async ask(question: string | object, timeoutMs = defaultTimeoutMs): Promise<Answer> {
    if (typeof question === "string") this.#child.stdin?.write(`${question}\n`);
    else this.#child.send(question);
    return this.next(timeoutMs);
  }

  /** Resolves with the next answer. If it ends or does not answer, rejects with its error output. */
  async next(timeoutMs = defaultTimeoutMs): Promise<Answer> {
    const deadline = performance.now() + timeoutMs;
    while (this.#answers.length === 0) {
      const remainingMs = deadline - performance.now();
      if (this.#hasEnded || remainingMs <= 0)
        throw this.#failure(this.#hasEnded ? "ended" : "does not answer");
      await this.#change(remainingMs);
    }
    return this.#answers.shift() as Answer;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  #take(answer: Answer): void {
    this.#answers.push(answer);
    this.#wake?.();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #failure(what: string): Error {
    return new Error(`${this.#child.spawnargs.slice(-2).join(" ")} ${what}\n${this.#errors}`);
  }
}

async function start(launch: Launch, stdio: ("pipe" | "ignore" | "ipc")[]): Promise<ChildProcess> {
  const command = pinned(launch.core, launch.command);
  const env = { PATH: process.env.PATH ?? "", ...launch.env };
  const child = spawn("sh", ["-c", withOpenFiles, "sh", ...command], { stdio, env });
  await once(child, "spawn");
  return child;
}
