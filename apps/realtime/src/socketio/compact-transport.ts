import type { Socket as NetSocket } from "node:net";
import { Transport } from "engine.io";
import type { OwnedWebSocket, WebSocketOwner } from "./compact-websocket.ts";
import { dropInflater } from "./drop-inflater.ts";
import { compactListeners, dropListeners } from "./listeners.ts";

type Request = ConstructorParameters<typeof Transport>[0] & { websocket: OwnedWebSocket };

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
  onFrame(): void;
}

/** The parts of ws and of Engine.IO's parser that Engine.IO's own transport uses too. */
interface Internals {
  readonly _sender: { sendFrame(frame: Buffer[], done: (error?: Error) => void): void };
  readonly _socket: (NetSocket & { _peername?: object | undefined }) | null;
}
interface Parser {
  encodePacket(packet: Packet, supportsBinary: boolean, done: (data: string | Buffer) => void): void;
}

/** Frames that complete no message, of transports that nobody has adopted yet: far more than a client has use for. */
const mostStrayFrames = 100;
const strayFrames = new WeakMap<object, number>();

/**
 * Engine.IO's websocket transport, to the same effect but smaller: no closures for each connection, and once adopted no
 * event listeners between it and Engine.IO's socket. It deflates nothing by itself, as that would take a window for each
 * connection and let other frames overtake; what is worth it comes deflated. Follows
 * https://github.com/socketio/socket.io/blob/socket.io%404.8.4/packages/engine.io/lib/transports/websocket.ts
 */
export class CompactTransport extends Transport implements WebSocketOwner {
  /** Set by Engine.IO. */
  perMessageDeflate: unknown = null;
  readonly socket: OwnedWebSocket;
  #owner: TransportOwner | undefined = undefined;

  constructor(request: Request) {
    super(request);
    this.socket = request.websocket;
    this.socket.owner = this;
    dropInflater(this.socket);
    this.writable = true;
  }

  /** From now on reports straight to the Engine.IO socket. */
  adopt(owner: TransportOwner): void {
    this.#owner = owner;
    dropListeners(this);
    // Engine.IO's, for errors before there was a transport.
    dropListeners(this.socket);
    const stream = (this.socket as unknown as Internals)._socket;
    if (stream === null) return;
    compactListeners(stream);
    // Node asks the system again if someone wants to know.
    stream._peername = undefined;
  }

  get name(): string {
    return "websocket";
  }

  get handlesUpgrades(): boolean {
    return true;
  }

  override send(packets: Packet[]): void {
    this.writable = false;
    // One system call for all of them: the answers to a burst take most of their time in these.
    const stream = packets.length > 1 ? (this.socket as unknown as Internals)._socket : null;
    stream?.cork();
    for (let i = 0; i < packets.length; i++) {
      const isLast = i + 1 === packets.length;
      this.#sendOne(packets[i] as Packet, (error) => this.#onSent(error, isLast));
    }
    stream?.uncork();
  }

  override doClose(done?: () => void): void {
    this.socket.close();
    done?.();
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#isCut) return;
    // Text arrives as a Buffer: the server sets no `binaryType`.
    const message: unknown = isBinary ? data : data.toString();
    (this as unknown as { onData(data: unknown): void }).onData(message);
  }

  override onPacket(packet: Parameters<Transport["onPacket"]>[0]): void {
    if (this.#owner === undefined) super.onPacket(packet);
    else this.#owner.onPacket(packet);
  }

  onFrame(): void {
    if (this.#isCut) return;
    if (this.#owner !== undefined) return this.#owner.onFrame();
    const count = (strayFrames.get(this) ?? 0) + 1;
    strayFrames.set(this, count);
    if (count > mostStrayFrames) this.socket.terminate();
  }

  override onClose(): void {
    if (this.#owner === undefined) return super.onClose();
    this.readyState = "closed";
    this.#owner.onClose("transport close");
  }

  override onError(cause: string | Error, description?: unknown): void {
    // Engine.IO's own passes on what ws says in place of a message, too.
    const message = cause as string;
    if (this.#owner === undefined) return super.onError(message, description as never);
    this.#owner.onError(Object.assign(new Error(message), { type: "TransportError", description }));
  }

  /** Whether nothing more of what has come is looked at: the frames of a chunk are handed over also after the end. */
  get #isCut(): boolean {
    return (this.readyState as string) !== "open";
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
