import type { WriteHooks } from "../socketio/compact-engine-socket.ts";
import type { Connection } from "./connection.ts";
import type { FanOutQueue } from "./fan-out-queue.ts";

/** An Engine.IO socket, as far as it matters here. */
interface Watched {
  firstConnection: unknown;
}

/**
 * Keeps connections true to what Engine.IO does. Each Engine.IO socket knows its connections, one for each namespace,
 * by a property, because listeners for each would cost memory.
 */
export class EngineEvents implements WriteHooks {
  readonly #queue: FanOutQueue;

  constructor(queue: FanOutQueue) {
    this.#queue = queue;
  }

  /** What came before this packet, or the end, must be written before it. */
  beforePacket(socket: Watched): void {
    this.#queue.flush();
    for (let one = firstOf(socket); one !== undefined; one = one.next) one.isReady = false;
  }

  stateChanged(socket: Watched): void {
    for (let one = firstOf(socket); one !== undefined; one = one.next) one.refresh();
  }

  /** Begins to watch the transport of a connection. */
  watch(connection: Connection): void {
    const { engine } = connection;
    connection.next = firstOf(engine);
    engine.firstConnection = connection;
    connection.refresh();
  }

  /** Forgets a connection whose transport may go on for another namespace. */
  unwatch(connection: Connection): void {
    const { engine } = connection;
    const first = firstOf(engine);
    if (first === connection) engine.firstConnection = connection.next;
    else if (first?.next === connection) first.next = connection.next;
    connection.isReady = false;
  }
}

function firstOf({ firstConnection }: Watched): Connection | undefined {
  return firstConnection as Connection | undefined;
}
