import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { guardWith } from "./orphan-guard.ts";

/** A program that a test has started. It never outlives the test process. */
export interface PrivateProcess {
  readonly pid: number;
  /** Resolves when the program has ended. */
  readonly exited: Promise<void>;
  readonly hasExited: boolean;
  /** The end of its output, for error messages. */
  readonly output: string;
  kill(signal: NodeJS.Signals): void;
  /**
   * Sends SIGTERM and after `graceMs` (default 3,000) SIGKILL, also to its children.
   * Resolves when it has ended.
   */
  stop(graceMs?: number): Promise<void>;
}

const keptOutput = 16_384;

/** Starts a program. Rejects if it cannot be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<PrivateProcess> {
  // A separate process group: its children are killed with it, and Ctrl-C does not reach it, so tests stop it
  // in order.
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  await once(child, "spawn");
  return new SpawnedProcess(child);
}

class SpawnedProcess implements PrivateProcess {
  readonly pid: number;
  readonly exited: Promise<void>;
  hasExited = false;
  output = "";
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid as number;
    const unguard = guardWith(`kill -KILL -${this.pid}`);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output = (this.output + text).slice(-keptOutput);
      });
    }
    this.exited = new Promise((resolve) => {
      child.once("exit", () => {
        this.hasExited = true;
        unguard();
        resolve();
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(graceMs = 3_000): Promise<void> {
    if (this.hasExited) return;
    // A stopped process would not receive SIGTERM.
    this.kill("SIGCONT");
    this.kill("SIGTERM");
    const timer = setTimeout(() => process.kill(-this.pid, "SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
  }
}
