import { Socket as EngineSocket } from "engine.io";

/** The internals of Engine.IO's socket that are overridden or used here, as of 6.6.11. */
interface Internals {
  readonly readyState: string;
  readonly server: { emit(event: string, ...args: unknown[]): boolean };
  transport: { writable: boolean; send(packets: unknown[]): void };
  writeBuffer: unknown[];
  packetsFn: unknown[];
  sentCallbackFn: unknown[];
  emit(event: string, ...args: unknown[]): boolean;
  sendPacket(type: string, data?: unknown, options?: object, callback?: () => void): void;
  flush(): void;
  onClose(reason: string, description?: unknown): void;
}

/** What is told of every connection's writes; see `EngineEvents`. */
export interface WriteHooks {
  /** A packet is about to be queued. */
  beforePacket(socket: object): void;
  /** The queue went to the transport, the transport was changed, or the connection ended. */
  stateChanged(socket: object): void;
}

const original = EngineSocket.prototype as unknown as Internals;

/**
 * Methods for Engine.IO's sockets, with hooks where its events would need listeners on every connection, and without the
 * list of callbacks that it grows for writes that have none. All sockets share the functions; given as own properties
 * they cost a socket 24 bytes, where another prototype would give each a hidden class of its own.
 */
export function compactMethods(hooks: WriteHooks): object {
  return {
    sendPacket(this: Internals, type: string, data?: unknown, options?: object, callback?: () => void): void {
      hooks.beforePacket(this);
      original.sendPacket.call(this, type, data, options, callback);
    },

    /** As the original; only one batch is ever under way, so the list holds its callbacks or nothing. */
    flush(this: Internals): void {
      if (this.readyState !== "closed" && this.transport.writable && this.writeBuffer.length > 0) {
        const batch = this.writeBuffer;
        this.emit("flush", batch);
        this.server.emit("flush", this, batch);
        this.writeBuffer = [];
        if (this.packetsFn.length > 0) {
          this.sentCallbackFn = [this.packetsFn];
          this.packetsFn = [];
        }
        this.transport.send(batch);
        this.emit("drain");
        this.server.emit("drain", this);
      }
      hooks.stateChanged(this);
    },

    onClose(this: Internals, reason: string, description?: unknown): void {
      original.onClose.call(this, reason, description);
      hooks.stateChanged(this);
    },
  };
}
