/** The parts of an Engine.IO socket that its forced end takes. */
export interface ClosingConnection {
  readonly readyState: string;
  readonly transport: { readonly socket?: { terminate(): void } };
  onClose(reason: string): void;
}

/**
 * Ends connections whose clients do not let them close. Engine.IO closes in order: what waits goes out first, then the
 * transport closes. A client that reads nothing, or does not poll again, keeps such a connection for ever, and nothing
 * pings it any more. One timer serves all of them, as long as there are any.
 */
export class ClosingConnections {
  readonly #sweepMs: number;
  /** The newest, the older, and those that the next sweep ends. */
  #generations: [Set<ClosingConnection>, Set<ClosingConnection>, Set<ClosingConnection>] = [
    new Set(),
    new Set(),
    new Set(),
  ];
  #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs`: how long a connection may take to close; it is ended after that, or half as much again. */
  constructor(timeoutMs: number) {
    this.#sweepMs = timeoutMs / 2;
  }

  /** Watches a connection that has begun to close. */
  add(connection: ClosingConnection): void {
    if (this.#generations.some((generation) => generation.has(connection))) return;
    this.#generations[0].add(connection);
    this.#timer ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
  }

  /** Forgets a connection that has closed. */
  delete(connection: ClosingConnection): void {
    if (this.#timer === undefined) return;
    for (const generation of this.#generations) generation.delete(connection);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const [newest, older, due] = this.#generations;
    this.#generations = [new Set(), newest, older];
    if (newest.size + older.size === 0) this.stop();
    for (const connection of due) end(connection);
  }
}

function end(connection: ClosingConnection): void {
  const { socket } = connection.transport;
  // Before the transport is told to close once more: it would wait for the client again.
  socket?.terminate();
  connection.onClose("forced close");
}
