import type { WriteHooks } from "../engine/compact-socket.ts";
import type { Connection } from "./connection.ts";
import type { FanOutQueue } from "./fan-out-queue.ts";

const first = Symbol("first connection");

type Watched = object & { [first]?: Connection | undefined };

/**
 * Keeps connections true to what Engine.IO does. Each Engine.IO socket knows its connections, one for each namespace,
 * by a property, because listeners for each would cost memory.
 */
export class EngineEvents implements WriteHooks {
  readonly #queue: FanOutQueue;

  constructor(queue: FanOutQueue) {
    this.#queue = queue;
  }

  /** What came before this packet must be written before it. */
  beforePacket(socket: Watched): void {
    this.#queue.flush();
    for (let one = socket[first]; one !== undefined; one = one.next) one.isReady = false;
  }

  stateChanged(socket: Watched): void {
    for (let one = socket[first]; one !== undefined; one = one.next) one.refresh();
  }

  /** Begins to watch the transport of a connection. */
  watch(connection: Connection): void {
    const engine: Watched = connection.engine;
    connection.next = engine[first];
    engine[first] = connection;
    connection.refresh();
  }

  /** Forgets a connection whose transport may go on for another namespace. */
  unwatch(connection: Connection): void {
    const engine: Watched = connection.engine;
    if (engine[first] === connection) engine[first] = connection.next;
    else if (engine[first]?.next === connection) engine[first].next = connection.next;
    connection.isReady = false;
  }
}
