import type { Ack } from "@roomcast/events";
import { clientError, RoomcastError } from "./roomcast-error.ts";
import type { RoomcastSocket } from "./roomcast-socket.ts";

/** `emit` with a timeout, without the overloads for each command, which generic code cannot use. */
interface TimedEmitter {
  emit(command: string, input: unknown, answer: (error: Error | null, ack: Ack<unknown>) => void): void;
}

/** Sends commands and waits for their acknowledgements. */
export class CommandChannel {
  readonly #socket: RoomcastSocket;
  readonly #timeoutMs: number;

  constructor(socket: RoomcastSocket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with the data. Rejects with a `RoomcastError`: the server's, `timeout`, or `disconnected`. */
  call<Data>(command: string, input: unknown): Promise<Data> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const fail = (code: "timeout" | "disconnected", message: string) =>
        reject(clientError(code, `${command}: ${message}`, true));
      // When the connection breaks, socket.io-client before 4.8 calls the callback only after the timeout.
      const onDisconnect = () => fail("disconnected", "the connection was lost");
      socket.once("disconnect", onDisconnect);
      const emitter = socket.timeout(this.#timeoutMs) as unknown as TimedEmitter;
      emitter.emit(command, input, (error, ack) => {
        socket.off("disconnect", onDisconnect);
        if (error !== null) fail("timeout", `no answer within ${this.#timeoutMs} ms`);
        else if (ack.ok) resolve(ack.data as Data);
        else reject(new RoomcastError(ack.error));
      });
    });
  }
}
