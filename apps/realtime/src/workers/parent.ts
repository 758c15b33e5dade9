import type { Socket } from "node:net";
import type { ConnectionOrder, WorkerOrder, WorkerStatus } from "./messages.ts";

type Take = (socket: Socket, order: ConnectionOrder) => void;

/** The process that started this one as a worker and accepts its connections. */
export class Parent {
  /** Resolves with the reason when this process must end: its parent says so, or has exited. */
  readonly end: Promise<string>;
  readonly #process: NodeJS.Process;

  constructor(process: NodeJS.Process) {
    this.#process = process;
    this.end = new Promise((resolve) => {
      process.on("message", ({ kind }: WorkerOrder) => {
        if (kind === "stop") resolve("told to stop");
      });
      process.once("disconnect", () => resolve("the parent process has exited"));
    });
  }

  /** Passes the connections to a function. */
  onConnection(take: Take): void {
    this.#process.on("message", (order: WorkerOrder, socket: Socket | undefined) => {
      // Without a socket the client disconnected on the way.
      if (order.kind === "connection" && socket !== undefined) take(socket, order);
    });
  }

  /** Sends the parent this worker's status. */
  send(status: WorkerStatus): void {
    // The parent may have exited; `end` reports that.
    this.#process.send?.(status, undefined, undefined, () => undefined);
  }
}
