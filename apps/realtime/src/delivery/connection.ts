import type { Socket as NetSocket } from "node:net";
import type { Socket } from "socket.io";
import { forgetHandshake } from "../engine/forget-handshake.ts";
import type { Packet } from "../packets/packet-format.ts";
import { type EngineConnection, inflates, streamOf } from "./engine-connection.ts";
import type { EngineEvents } from "./engine-events.ts";
import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";
import type { FanOutQueue } from "./fan-out-queue.ts";
import type { Frame } from "./frame.ts";
import type { ReadyStream } from "./frame-writer.ts";
import type { PendingEntries } from "./pending-entries.ts";
import { fdOf, type WriteState, writeStateOf } from "./stream-internals.ts";

/** What the connections of one server have in common. */
export interface ConnectionContext {
  queue: FanOutQueue;
  events: EngineEvents;
  bounds: QueueBounds;
}

/** Bounds of what may wait for one connection. */
export interface QueueBounds {
  /** Bytes that may wait to be sent; beyond them the client is cut off, and resumes by itself. */
  maxQueuedBytes: number;
  /** Entries that may wait while the past is read. */
  maxHeldEntries: number;
}

const none: readonly string[] = [];

/**
 * One socket as the delivery sees it. It is *ready* while shared bytes may be written straight to its stream; that flag
 * is kept true by Engine.IO's own events, so that a fan-out looks at little else.
 *
 * While the past of a room is read for it, it is *held*: live entries wait, so that nothing newer overtakes the past.
 */
export class Connection implements ReadyStream {
  isReady = false;
  /** Whether the client reads deflated frames. */
  inflates = false;
  stream: NetSocket | undefined = undefined;
  fd = -1;
  state: WriteState | undefined = undefined;
  /** What it has yet to be written in this tick; kept by the queue. */
  pending: PendingEntries | undefined = undefined;
  /** Another namespace's connection over the same transport. */
  next: Connection | undefined = undefined;
  /** The channels it is in; kept by the channel index. */
  channels: readonly string[] = none;
  readonly socket: Socket;
  readonly #context: ConnectionContext;
  #held: EntryFrames[] | undefined = undefined;
  #hasOverflowed = false;
  #queuedBytes = 0;
  #pastBytes = 0;

  constructor(socket: Socket, context: ConnectionContext) {
    this.socket = socket;
    this.#context = context;
  }

  /** Begins to follow the state of the transport; to be called once the socket is connected. */
  open(): void {
    forgetHandshake(this.socket);
    this.#context.events.watch(this);
  }

  /** Ends what `open` began. */
  close(): void {
    this.#context.events.unwatch(this);
  }

  get engine(): EngineConnection {
    return this.socket.conn as unknown as EngineConnection;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Whether more came while held than could wait. */
  get hasOverflowed(): boolean {
    return this.#hasOverflowed;
  }

  /** Looks again whether shared bytes may be written straight to the stream. */
  refresh(): void {
    const stream = this.#held === undefined ? streamOf(this.engine) : undefined;
    if (stream !== this.stream) {
      this.stream = stream;
      this.fd = stream === undefined ? -1 : fdOf(stream);
      this.state = stream && writeStateOf(stream);
      this.inflates = inflates(this.engine);
    }
    this.isReady = stream !== undefined && stream.writableLength === 0;
  }

  /** Lets live entries wait until `release`; what waits already stays. */
  hold(): void {
    if (this.#held !== undefined) return;
    this.#context.queue.flush();
    this.#held = [];
    this.#hasOverflowed = false;
    this.isReady = false;
  }

  /** Gives back what waited, in order; from now on entries are written again. */
  release(): EntryFrames[] {
    this.#context.queue.flush();
    const held = this.#held ?? [];
    this.#held = undefined;
    return held;
  }

  /** Takes live entries while not ready: they wait, or are written as far as the client keeps up. */
  deliver(entries: EntryFrames[], bytes: EntryBytes): void {
    if (this.#held === undefined) this.#write(entries, bytes);
    else if (this.#held.length + entries.length <= this.#context.bounds.maxHeldEntries)
      this.#held.push(...entries);
    else this.#hasOverflowed = true;
  }

  /** Writes live entries now. */
  write(entries: EntryFrames[]): void {
    if (entries.length === 0) return;
    this.#write(entries, new EntryBytes(entries, this.socket.nsp.name));
  }

  /** Writes frames of the past. Their amount is bounded by the replay, so they do not count as slow reading. */
  writePast(frames: Frame[]): void {
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames.map((frame) => frame.for(this.inflates)));
    this.#forgetSent();
    this.#pastBytes += bytes.length;
    this.#send(frames, bytes);
  }

  /**
   * Ends the transport without the closing handshake that a stuck client would never answer. From now on nothing is taken
   * from the client or queued for it; everybody is told when the caller is done, as others may be yet to be written.
   */
  cut(): void {
    this.isReady = false;
    const { engine } = this;
    const { socket } = engine.transport;
    if (socket !== undefined) return socket.terminate();
    if (engine.readyState === "open") engine.readyState = "closing";
    // Polling ends, and tells everybody, within the call.
    setImmediate(() => engine.close(true));
  }

  #write(entries: EntryFrames[], shared: EntryBytes): void {
    if (this.engine.readyState !== "open") return;
    this.#forgetSent();
    const bytes = shared.for(this.inflates);
    if (this.#waiting() + bytes.length > this.#context.bounds.maxQueuedBytes + this.#pastBytes)
      return this.cut();
    const namespace = this.socket.nsp.name;
    this.#send(
      entries.map((entry) => entry.for(namespace)),
      bytes,
    );
  }

  #send(frames: Frame[], bytes: Buffer): void {
    const stream = streamOf(this.engine);
    if (stream !== undefined) stream.write(bytes);
    else for (const frame of frames) this.#sendThroughEngine(frame);
    this.refresh();
  }

  /** As every adapter of Socket.IO writes, through an internal of `Client`. */
  #sendThroughEngine(frame: Frame): void {
    const bytes = frame.for(this.inflates);
    this.#queuedBytes += bytes.length;
    const { client } = this.socket as unknown as {
      client: { writeToEngine(packets: Packet[], options: object): void };
    };
    client.writeToEngine([frame.packet], { preEncoded: true, wsPreEncodedFrame: [bytes] });
  }

  /** Bytes that wait for the client: in Engine.IO, and in the stream, which knows of those that libuv has. */
  #waiting(): number {
    return this.#queuedBytes + (this.engine.transport.socket?.bufferedAmount ?? 0);
  }

  #forgetSent(): void {
    if (this.engine.writeBuffer.length === 0) this.#queuedBytes = 0;
    if (this.#waiting() === 0) this.#pastBytes = 0;
  }
}
