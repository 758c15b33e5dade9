import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type Handle, handleOf } from "../socketio/stream-internals.ts";
import type { WorkerOrder, WorkerStatus } from "./messages.ts";
import { refuse } from "./read-request-line.ts";

const program = fileURLToPath(new URL("./main.js", import.meta.url));

/** A worker sends its status every second; one that is silent for longer than this hangs. */
const silenceMs = 10_000;

/** How a worker process ended: with an exit code, by a signal, or because it could not be started. */
export interface WorkerEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  err?: Error;
}

/** A worker, as seen from the process that started it. */
export class WorkerProcess {
  /** Resolves when it can accept connections. */
  readonly up: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  /** Its last report. */
  #status: WorkerStatus | undefined;
  #heardAtMs = 0;
  #newConnections = 0;
  /** Connections to pass on. Node passes one at a time, and forgets the others if the worker ends. */
  readonly #waiting = new Set<Socket>();
  /** The connection passed on last. Node closes our copy when the worker confirms it, but not if it ends. */
  #passed: Handle | undefined;

  /** Starts the worker. It inherits this process' environment and output, and ends when this process ends. */
  constructor(number: number) {
    this.#child = fork(program, [String(number)], { serialization: "advanced" });
    this.up = new Promise((resolve) => {
      this.#child.on("message", (status) => {
        this.#status = status as WorkerStatus;
        this.#heardAtMs = performance.now();
        if (this.isUp) resolve();
      });
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child.on("error", (err) => {
        // Errors after the start are returned to the caller that sends or kills.
        if (this.#child.pid === undefined) resolve({ code: null, signal: null, err });
      });
    });
    void this.ended.then(() => {
      for (const socket of this.#waiting) refuse(socket, "503 Service Unavailable");
      this.#passed?.close();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can accept connections. */
  get isUp(): boolean {
    return this.#status?.isUp === true;
  }

  /** The clients it last reported, plus the new connections it received since. */
  get clients(): number {
    return this.#status === undefined
      ? 0
      : this.#status.clients + this.#newConnections - this.#status.newConnections;
  }

  /** Why the worker seems to hang; undefined if it does not, or has not reported yet. */
  get unresponsive(): string | undefined {
    const silentMs = this.#status !== undefined ? performance.now() - this.#heardAtMs : 0;
    return silentMs > silenceMs ? `has sent no status for ${Math.round(silentMs / 1_000)} s` : undefined;
  }

  /** Why it may take no traffic; undefined if it may. */
  get problem(): string | undefined {
    if (this.#status === undefined) return "is not up yet";
    if (this.unresponsive !== undefined) return this.unresponsive;
    const failing = Object.entries(this.#status.health.checks).filter(([, outcome]) => outcome !== "ok");
    return failing.length === 0 ? undefined : failing.map((check) => check.join(": ")).join(", ");
  }

  /** Passes on a connection from which `read` was already read. A new connection has no session yet. */
  take(socket: Socket, read: Buffer, isNewConnection: boolean): void {
    if (isNewConnection) this.#newConnections++;
    const handle = handleOf(socket);
    // Stop reading: for a moment the connection is open in both processes, and what this one reads would be
    // lost.
    handle?.readStop();
    this.#waiting.add(socket);
    this.#send({ kind: "connection", read, newConnections: this.#newConnections }, socket, (error) => {
      this.#waiting.delete(socket);
      if (error === null) this.#passed = handle;
      else socket.destroy();
    });
  }

  /** Makes it disconnect its clients and end. */
  stop(): void {
    this.#send({ kind: "stop" }, undefined, () => undefined);
  }

  /** Kills it. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** It may have ended a moment ago. Then `onSent` gets an error, and `ended` resolves. */
  #send(order: WorkerOrder, socket: Socket | undefined, onSent: (error: Error | null) => void): void {
    this.#child.send(order, socket, {}, onSent);
  }
}
