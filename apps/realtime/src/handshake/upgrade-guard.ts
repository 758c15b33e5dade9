import type { Server as HttpServer } from "node:http";
import type { Socket } from "node:net";

/**
 * Makes upgrade requests harmless. Node takes its error listener off upgraded sockets and Engine.IO attaches one only
 * later, so a connection reset in between would end the process. And an upgrade that nobody answers would stay open as
 * long as the client likes, because Node's timeouts no longer apply: after `answerMs`, or half as much again, it is
 * destroyed.
 */
export function guardUpgrades(httpServer: HttpServer, answerMs: number): void {
  const unanswered = new UnansweredUpgrades(answerMs);
  httpServer.prependListener("upgrade", (_request, duplex) => {
    duplex.on("error", ignore);
    unanswered.add(duplex as Socket);
  });
}

function ignore(): void {
  // An error is followed by "close".
}

/** Sockets by what they had been sent when they asked for an upgrade. One timer for all, as long as there are any. */
class UnansweredUpgrades {
  readonly #sweepMs: number;
  /** From the newest to those that are due, half of the time apart. */
  #generations: [Sent, Sent, Sent] = [new Map(), new Map(), new Map()];
  #timer: NodeJS.Timeout | undefined;

  constructor(answerMs: number) {
    this.#sweepMs = answerMs / 2;
  }

  add(socket: Socket): void {
    this.#generations[0].set(socket, socket.bytesWritten);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
  }

  #sweep(): void {
    const [newest, older, due] = this.#generations;
    for (const [socket, bytesWritten] of due) if (socket.bytesWritten === bytesWritten) socket.destroy();
    this.#generations = [new Map(), newest, older];
    if (newest.size + older.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

type Sent = Map<Socket, number>;
