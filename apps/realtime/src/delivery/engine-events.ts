import type { Connection } from "./connection.ts";
import type { EngineConnection } from "./engine-connection.ts";
import type { FanOutQueue } from "./fan-out-queue.ts";

const first = Symbol("first connection");

type Watched = EngineConnection & { [first]?: Connection | undefined };

/**
 * Keeps connections true to what Engine.IO does. The listeners are shared by all transports of a server; each finds its
 * connections through a property of the Engine.IO socket, because a closure for each would cost memory.
 */
export class EngineEvents {
  readonly #onPacketCreate: (this: Watched) => void;

  constructor(queue: FanOutQueue) {
    this.#onPacketCreate = function () {
      // What came before this packet must be written before it.
      queue.flush();
      for (let connection = this[first]; connection !== undefined; connection = connection.next) {
        connection.isReady = false;
      }
    };
  }

  /** Begins to watch the transport of a connection. */
  watch(connection: Connection): void {
    const engine: Watched = connection.engine;
    connection.next = engine[first];
    engine[first] = connection;
    if (connection.next === undefined) {
      engine.on("packetCreate", this.#onPacketCreate);
      engine.on("drain", refresh);
      engine.on("upgrade", refresh);
      engine.on("close", refresh);
    }
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

function refresh(this: Watched): void {
  for (let connection = this[first]; connection !== undefined; connection = connection.next)
    connection.refresh();
}
