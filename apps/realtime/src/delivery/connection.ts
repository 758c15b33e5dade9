import type { Socket as NetSocket } from "node:net";
import type { Socket } from "socket.io";
import type { Packet } from "../packets/packet-format.ts";
import {
  answerBytes,
  type EngineConnection,
  streamOf,
  supportsDeflate,
  waitingBytes,
} from "../socketio/engine-connection.ts";
import { forgetHandshake } from "../socketio/forget-handshake.ts";
import { fdOf, type WriteState, writeStateOf } from "../socketio/stream-internals.ts";
import { type BufferBounds, BufferedEntries } from "./buffered-entries.ts";
import type { ChannelSet } from "./channel-set.ts";
import { EntryBytes } from "./entry-bytes.ts";
import type { EntryFrames } from "./entry-frames.ts";
import type { Frame } from "./frame.ts";
import type { ReadyStream } from "./frame-writer.ts";
import type { PendingEntries } from "./pending-entries.ts";

/** What the connections of one server have in common. */
export interface ConnectionContext {
  /** Writes what has come for it so far. */
  queue: { flush(): void };
  /** Keeps connections true to what Engine.IO does; see `EngineEvents`. */
  events: { watch(connection: Connection): void; unwatch(connection: Connection): void };
  bounds: QueueBounds;
}

/** Bounds of what may wait for one connection. */
export interface QueueBounds extends BufferBounds {
  /** Bytes that may wait to be sent; beyond them the client is cut off, and resumes by itself. */
  maxQueuedBytes: number;
}

const none: readonly string[] = [];

/**
 * One socket as the delivery sees it. It is *ready* while shared bytes may be written straight to its stream; that flag
 * is kept true by Engine.IO's own events, so that a fan-out looks at little else.
 *
 * While the past of a room is read for it, it is *held*: live entries wait, so that nothing newer overtakes the past.
 */
export class Connection implements ReadyStream {
  // A fan-out reads the first four of every recipient: at the head of the object they are in one line of the cache.
  isReady = false;
  /** Whether the client reads deflated frames. */
  supportsDeflate = false;
  fd = -1;
  state: WriteState | undefined = undefined;
  stream: NetSocket | undefined = undefined;
  /** What it has yet to be written in this tick; kept by the queue. */
  pending: PendingEntries | undefined = undefined;
  /** Another namespace's connection over the same transport. */
  next: Connection | undefined = undefined;
  /** The channels it is in; kept by the channel index. */
  channels: ChannelSet = none;
  readonly socket: Socket;
  /** Whether it is in the room of its socket's id, as at first; kept by the adapter. */
  isInOwnRoom = false;
  /** Whether it was ended by `cut`: nothing that is written now reaches the client. */
  isCut = false;
  readonly #context: ConnectionContext;
  #held: BufferedEntries | undefined = undefined;
  #backfillBytes = 0;

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

  get isBuffering(): boolean {
    return this.#held !== undefined;
  }

  /** What waits while it is held. */
  get held(): BufferedEntries | undefined {
    return this.#held;
  }

  /** Characters or bytes of any kind that wait for the client: in Engine.IO, in ws, and in the stream. */
  get waitingBytes(): number {
    return waitingBytes(this.engine);
  }

  /** Bytes of the past that were written since it was last known that the client has read all. */
  get backfillBytes(): number {
    return this.#backfillBytes;
  }

  get bounds(): QueueBounds {
    return this.#context.bounds;
  }

  /** Looks again whether shared bytes may be written straight to the stream. */
  refresh(): void {
    const stream = this.#held === undefined ? streamOf(this.engine) : undefined;
    if (stream !== this.stream) {
      this.stream = stream;
      this.fd = stream === undefined ? -1 : fdOf(stream);
      this.state = stream && writeStateOf(stream);
      this.supportsDeflate = supportsDeflate(this.engine);
    }
    this.isReady = stream !== undefined && stream.writableLength === 0;
  }

  /** Lets live entries wait until `release`; what waits already stays. */
  startBuffering(): void {
    if (this.#held !== undefined) return;
    this.#context.queue.flush();
    this.#held = new BufferedEntries();
    this.isReady = false;
  }

  /** Gives back what waited, in order; from now on entries are written again. */
  release(): EntryFrames[] {
    this.#context.queue.flush();
    const held = this.#held?.take(Number.POSITIVE_INFINITY) ?? [];
    this.#held = undefined;
    return held;
  }

  /** Takes live entries while not ready: they wait, or are written as far as the client keeps up. */
  deliver(entries: EntryFrames[], bytes: EntryBytes): void {
    if (this.#held === undefined) this.#write(entries, bytes);
    else this.#held.add(entries, this.#context.bounds);
  }

  /** Writes live entries now. */
  write(entries: EntryFrames[]): void {
    if (entries.length === 0) return;
    this.#write(entries, new EntryBytes(entries, this.socket.nsp.name));
  }

  /** Writes frames of the past. A replay bounds what it writes before the client has read it. */
  writeBackfill(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames.map((frame) => frame.for(this.supportsDeflate)));
    this.#backfillBytes += bytes.length;
    this.#send(frames, bytes);
  }

  /** To be called when the client has read all of the past that was written. */
  forgetBackfill(): void {
    this.#backfillBytes = 0;
  }

  /**
   * Ends the transport without the closing handshake that a stuck client would never answer. From now on nothing is taken
   * from the client or queued for it; everybody is told when the caller is done, as others may be yet to be written.
   */
  cut(): void {
    this.isReady = false;
    this.isCut = true;
    const { engine } = this;
    const { socket } = engine.transport;
    if (socket !== undefined) return socket.terminate();
    if (engine.readyState === "open") engine.readyState = "closing";
    // Polling ends, and tells everybody, within the call.
    setImmediate(() => engine.close(true));
  }

  #write(entries: EntryFrames[], shared: EntryBytes): void {
    if (this.engine.readyState !== "open") return;
    const bytes = shared.for(this.supportsDeflate);
    if (this.#isTooSlow(bytes.length)) return this.cut();
    const namespace = this.socket.nsp.name;
    this.#send(
      entries.map((entry) => entry.for(namespace)),
      bytes,
    );
  }

  #send(frames: readonly Frame[], bytes: Buffer): void {
    const stream = streamOf(this.engine);
    if (stream !== undefined) stream.write(bytes);
    else for (const frame of frames) this.#sendThroughEngine(frame);
    this.refresh();
  }

  /** As every adapter of Socket.IO writes, through an internal of `Client`. */
  #sendThroughEngine(frame: Frame): void {
    const bytes = frame.for(this.supportsDeflate);
    const { client } = this.socket as unknown as {
      client: { writeToEngine(packets: Packet[], options: object): void };
    };
    client.writeToEngine([frame.packet], { preEncoded: true, wsPreEncodedFrame: [bytes] });
  }

  /** Answers have a bound of their own. */
  #isTooSlow(bytes: number): boolean {
    const waiting = this.waitingBytes;
    if (waiting === 0) this.#backfillBytes = 0;
    const allowed = this.#context.bounds.maxQueuedBytes + this.#backfillBytes - bytes;
    return waiting > allowed && waiting - answerBytes(this.engine) > allowed;
  }
}
