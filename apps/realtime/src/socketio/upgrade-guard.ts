import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/**
 * Makes upgrade requests harmless. Node takes its error listener off upgraded sockets and Engine.IO attaches one only
 * later, so a connection reset in between would end the process. And an upgrade that nobody answers would stay open as
 * long as the client likes, because Node's timeouts no longer apply: after `answerMs`, or half as much again, it is
 * destroyed. Returns what may be told of answers: then the sockets
 * are forgotten at once.
 */
export function guardUpgrades(
  httpServer: HttpServer,
  answerMs: number,
): (request: Pick<IncomingMessage, "socket">) => void {
  const unanswered = new UnansweredUpgrades(answerMs);
  httpServer.prependListener("upgrade", ({ socket }) => {
    socket.on("error", ignore);
    unanswered.add(socket);
  });
  return ({ socket }) => unanswered.delete(socket);
}

function ignore(): void {
  // An error is followed by "close".
}

/** Sockets by what they had been sent when they asked for an upgrade. */
type Upgrades = Map<Socket, number>;

/** One timer for all sockets that wait for an answer, as long as there are any. */
class UnansweredUpgrades {
  readonly #sweepMs: number;
  /** The newest, the older, and those that the next sweep destroys. */
  #generations: [Upgrades, Upgrades, Upgrades] = [new Map(), new Map(), new Map()];
  #timer: NodeJS.Timeout | undefined;

  constructor(answerMs: number) {
    this.#sweepMs = answerMs / 2;
  }

  add(socket: Socket): void {
    this.#generations[0].set(socket, socket.bytesWritten);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
  }

  delete(socket: Socket): void {
    for (const generation of this.#generations) generation.delete(socket);
  }

  #sweep(): void {
    const [newest, older, due] = this.#generations;
    // Others than Engine.IO may have answered.
    for (const [socket, bytesWritten] of due) if (socket.bytesWritten === bytesWritten) socket.destroy();
    this.#generations = [new Map(), newest, older];
    if (newest.size + older.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
