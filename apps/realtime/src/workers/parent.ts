import type { Socket } from "node:net";
import type { ConnectionOrder, WorkerOrder, WorkerStatus } from "./messages.ts";

type Take = (socket: Socket, order: ConnectionOrder) => void;

/** The process that started this one as a worker and accepts its connections. */
export class Parent {
  /** Resolves with the reason when this process is to end: its parent says so, or is gone. */
  readonly end: Promise<string>;
  readonly #process: NodeJS.Process;

  constructor(process: NodeJS.Process) {
    this.#process = process;
    this.end = new Promise((resolve) => {
      process.on("message", ({ kind }: WorkerOrder) => {
        if (kind === "stop") resolve("told to stop");
      });
      process.once("disconnect", () => resolve("the parent is gone"));
    });
  }

  /** Has connections taken by a function. */
  onConnection(take: Take): void {
    this.#process.on("message", (order: WorkerOrder, socket: Socket | undefined) => {
      // Without a socket the client has gone on the way.
      if (order.kind === "connection" && socket !== undefined) take(socket, order);
    });
  }

  /** Tells it how this worker is. */
  tell(status: WorkerStatus): void {
    // It may be gone, of which `end` tells.
    this.#process.send?.(status, undefined, undefined, () => undefined);
  }
}
