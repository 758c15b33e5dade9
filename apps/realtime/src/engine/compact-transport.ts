import { Transport } from "engine.io";
import type { RawData, WebSocket } from "ws";
import { dropInflater } from "./drop-inflater.ts";

type Request = ConstructorParameters<typeof Transport>[0] & { websocket: WebSocket };

interface Packet {
  type: string;
  data?: unknown;
  options?: { wsPreEncodedFrame?: Buffer[]; compress?: boolean };
}

/** The parts of Engine.IO's socket that a transport reports to. */
export interface TransportOwner {
  onPacket(packet: unknown): void;
  onDrain(): void;
  flush(): void;
  onClose(reason: string): void;
  onError(error: Error): void;
}

type Watched = WebSocket & { [transport]?: CompactTransport };

const transport = Symbol("transport");

/** The parts of ws' sender and of Engine.IO's parser that Engine.IO's own transport uses too. */
interface Internals {
  _sender: { sendFrame(frame: Buffer[], done: (error?: Error) => void): void };
}
interface Parser {
  encodePacket(packet: Packet, supportsBinary: boolean, done: (data: string | Buffer) => void): void;
}

/**
 * Engine.IO's websocket transport, to the same effect but smaller: no closures for each connection, and once adopted no
 * event listeners between it and Engine.IO's socket. It deflates nothing by itself, as that would take a window for each
 * connection and let other frames overtake; what is worth it comes deflated. Follows
 * https://github.com/socketio/socket.io/blob/socket.io%404.8.4/packages/engine.io/lib/transports/websocket.ts
 */
export class CompactTransport extends Transport {
  /** Set by Engine.IO. */
  perMessageDeflate: unknown = null;
  readonly socket: WebSocket;
  #owner: TransportOwner | undefined = undefined;

  constructor(request: Request) {
    super(request);
    const socket: Watched = request.websocket;
    this.socket = socket;
    socket[transport] = this;
    dropInflater(socket);
    socket.on("message", onMessage);
    socket.on("close", onClose);
    socket.on("error", onError);
    this.writable = true;
  }

  /** From now on reports straight to the Engine.IO socket, whose listeners it drops. */
  adopt(owner: TransportOwner): void {
    this.#owner = owner;
    // What `removeAllListeners` leaves is an empty table; EventEmitter makes one anew when somebody listens.
    Object.assign(this, { _events: undefined, _eventsCount: 0 });
  }

  get name(): string {
    return "websocket";
  }

  get handlesUpgrades(): boolean {
    return true;
  }

  override send(packets: Packet[]): void {
    this.writable = false;
    for (let i = 0; i < packets.length; i++) {
      const isLast = i + 1 === packets.length;
      this.#sendOne(packets[i] as Packet, (error) => this.#onSent(error, isLast));
    }
  }

  override doClose(done?: () => void): void {
    this.socket.close();
    done?.();
  }

  override onPacket(packet: Parameters<Transport["onPacket"]>[0]): void {
    if (this.#owner === undefined) super.onPacket(packet);
    else this.#owner.onPacket(packet);
  }

  override onClose(): void {
    if (this.#owner === undefined) return super.onClose();
    this.readyState = "closed";
    this.#owner.onClose("transport close");
  }

  override onError(message: string, description?: unknown): void {
    if (this.#owner === undefined) return super.onError(message, description as never);
    this.#owner.onError(Object.assign(new Error(message), { type: "TransportError", description }));
  }

  #sendOne(packet: Packet, done: (error?: Error) => void): void {
    const frame = packet.options?.wsPreEncodedFrame;
    if (frame !== undefined) {
      (this.socket as unknown as Internals)._sender.sendFrame(frame, done);
      return;
    }
    const parser = this.parser as unknown as Parser;
    parser.encodePacket(packet, this.supportsBinary, (data) => {
      this.socket.send(data, { compress: false }, done);
    });
  }

  #onSent(error: Error | undefined, isLast: boolean): void {
    if (error) return this.onError("write error", error.stack);
    if (!isLast) return;
    if (this.#owner === undefined) {
      this.emit("drain");
      this.writable = true;
      this.emit("ready");
      return;
    }
    this.#owner.onDrain();
    this.writable = true;
    this.#owner.flush();
  }
}

function onMessage(this: Watched, data: RawData, isBinary: boolean): void {
  // Text arrives as a Buffer: the server sets no `binaryType`.
  const text = isBinary ? data : (data as Buffer).toString();
  (this[transport] as unknown as { onData(data: unknown): void }).onData(text);
}

function onClose(this: Watched): void {
  this[transport]?.onClose();
}

function onError(this: Watched, error: Error): void {
  this[transport]?.onError(error as unknown as string);
}
