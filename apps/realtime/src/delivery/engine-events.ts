import type { WriteHooks } from "../socketio/engine-socket.ts";
import type { Connection } from "./connection.ts";
import type { FanOutQueue } from "./fan-out-queue.ts";

/** The part of an Engine.IO socket that is used here. */
interface Watched {
  firstConnection: unknown;
}

/**
 * Updates connections when their Engine.IO socket changes. Each Engine.IO socket has a property with its
 * connections, one for each namespace, because listeners for each would cost memory.
 */
export class EngineEvents implements WriteHooks {
  readonly #queue: FanOutQueue;

  constructor(queue: FanOutQueue) {
    this.#queue = queue;
  }

  /** Entries that were queued before a packet, or before the close, must be written before it. */
  beforePacket(socket: Watched): void {
    this.#queue.flush();
    for (let one = firstOf(socket); one !== undefined; one = one.next) one.isReady = false;
  }

  stateChanged(socket: Watched): void {
    for (let one = firstOf(socket); one !== undefined; one = one.next) one.refresh();
  }

  /** Begins to follow the transport of a connection. */
  watch(connection: Connection): void {
    const { engine } = connection;
    connection.next = firstOf(engine);
    engine.firstConnection = connection;
    connection.refresh();
  }

  /** Forgets a connection. Its transport may stay open for another namespace. */
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
