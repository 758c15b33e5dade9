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
import type { EncodedEntry } from "./encoded-entry.ts";
import { EntryBatch } from "./entry-batch.ts";
import type { Frame } from "./frame.ts";
import type { ReadyStream } from "./frame-writer.ts";
import type { PendingBatches } from "./pending-batches.ts";

/** What the connections of one server share. */
export interface ConnectionContext {
  /** Writes the entries that are queued in this tick. */
  queue: { flush(): void };
  /** Updates connections when their Engine.IO socket changes; see `EngineEvents`. */
  events: { watch(connection: Connection): void; unwatch(connection: Connection): void };
  bounds: QueueBounds;
}

/** Bounds of the bytes and entries that may wait for one connection. */
export interface QueueBounds extends BufferBounds {
  /** Bytes that may wait to be sent. Beyond them the connection is closed, and the client resumes. */
  maxQueuedBytes: number;
}

const none: readonly string[] = [];

/**
 * A socket as delivery sees it. It is *ready* while shared bytes may be written straight to its stream.
 * Engine.IO's own events keep that flag up to date, so a fan-out reads little else.
 *
 * During a catch-up the connection *buffers*: live entries wait, so that nothing newer overtakes the
 * backfill.
 */
export class Connection implements ReadyStream {
  // A fan-out reads the first four fields of every recipient. At the head of the object they share a cache
  // line.
  isReady = false;
  /** Whether the client accepts deflated frames. */
  supportsDeflate = false;
  fd = -1;
  state: WriteState | undefined = undefined;
  stream: NetSocket | undefined = undefined;
  /** The entries queued for it in this tick; set by the fan-out queue. */
  pending: PendingBatches | undefined = undefined;
  /** Another namespace's connection over the same transport. */
  next: Connection | undefined = undefined;
  /** The channels it is in; set by the channel index. */
  channels: ChannelSet = none;
  readonly socket: Socket;
  /** Whether it is in the room of its own socket id, as every socket is at first; set by the adapter. */
  isInOwnRoom = false;
  /** Whether `terminate` closed it: nothing that is written now reaches the client. */
  isTerminated = false;
  readonly #context: ConnectionContext;
  #buffered: BufferedEntries | undefined = undefined;
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

  /** Stops following the transport. */
  close(): void {
    this.#context.events.unwatch(this);
  }

  get engine(): EngineConnection {
    return this.socket.conn as unknown as EngineConnection;
  }

  get isBuffering(): boolean {
    return this.#buffered !== undefined;
  }

  /** The buffered entries, while it buffers. */
  get buffered(): BufferedEntries | undefined {
    return this.#buffered;
  }

  /** Characters or bytes of any kind that wait for the client: in Engine.IO, in ws and in the stream. */
  get waitingBytes(): number {
    return waitingBytes(this.engine);
  }

  /** Bytes of backfill written since the client was last known to have read everything. */
  get backfillBytes(): number {
    return this.#backfillBytes;
  }

  get bounds(): QueueBounds {
    return this.#context.bounds;
  }

  /** Checks again whether shared bytes may be written straight to the stream. */
  refresh(): void {
    const stream = this.#buffered === undefined ? streamOf(this.engine) : undefined;
    if (stream !== this.stream) {
      this.stream = stream;
      this.fd = stream === undefined ? -1 : fdOf(stream);
      this.state = stream && writeStateOf(stream);
      this.supportsDeflate = supportsDeflate(this.engine);
    }
    this.isReady = stream !== undefined && stream.writableLength === 0;
  }

  /** Buffers live entries until `stopBuffering`; has no effect while it buffers already. */
  startBuffering(): void {
    if (this.#buffered !== undefined) return;
    this.#context.queue.flush();
    this.#buffered = new BufferedEntries();
    this.isReady = false;
  }

  /** Returns the buffered entries in order. From now on live entries are written again. */
  stopBuffering(): EncodedEntry[] {
    this.#context.queue.flush();
    const buffered = this.#buffered?.take(Number.POSITIVE_INFINITY) ?? [];
    this.#buffered = undefined;
    return buffered;
  }

  /**
   * Takes live entries while it is not ready: buffers them, or writes them as long as the client keeps up.
   */
  deliver(batch: EntryBatch): void {
    if (this.#buffered === undefined) this.#write(batch);
    else this.#buffered.add(batch.entries, this.#context.bounds);
  }

  /** Writes live entries now. */
  write(entries: EncodedEntry[]): void {
    if (entries.length > 0) this.#write(new EntryBatch(this.socket.nsp.name, entries));
  }

  /** Writes frames of the backfill. The replay bounds how much it writes before the client has read it. */
  writeBackfill(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames.map((frame) => frame.bytes(this.supportsDeflate)));
    this.#backfillBytes += bytes.length;
    this.#send(frames, bytes);
  }

  /** To be called when the client has read all of the backfill that was written. */
  forgetBackfill(): void {
    this.#backfillBytes = 0;
  }

  /**
   * Closes the transport abruptly so that the client reconnects. There is no closing handshake, which a stuck
   * client would never answer. From now on nothing is accepted from the client or queued for it. The
   * disconnect is reported after the caller is done, because the caller may still have others to write to.
   */
  terminate(): void {
    this.isReady = false;
    this.isTerminated = true;
    const { engine } = this;
    const { socket } = engine.transport;
    if (socket !== undefined) return socket.terminate();
    if (engine.readyState === "open") engine.readyState = "closing";
    // A polling transport would close, and report the disconnect, within the call.
    setImmediate(() => engine.close(true));
  }

  #write(batch: EntryBatch): void {
    if (this.engine.readyState !== "open") return;
    const bytes = batch.bytes(this.supportsDeflate);
    if (this.#isTooSlow(bytes.length)) return this.terminate();
    this.#send(
      batch.entries.map((entry) => entry.frame(batch.namespace)),
      bytes,
    );
  }

  #send(frames: readonly Frame[], bytes: Buffer): void {
    const stream = streamOf(this.engine);
    if (stream !== undefined) stream.write(bytes);
    else for (const frame of frames) this.#sendThroughEngine(frame);
    this.refresh();
  }

  /** Writes as every Socket.IO adapter does, through an internal of `Client`. */
  #sendThroughEngine(frame: Frame): void {
    const bytes = frame.bytes(this.supportsDeflate);
    const { client } = this.socket as unknown as {
      client: { writeToEngine(packets: Packet[], options: object): void };
    };
    client.writeToEngine([frame.packet], { preEncoded: true, wsPreEncodedFrame: [bytes] });
  }

  /** Command answers have a bound of their own (`hasOutputOverflow`), so they do not count here. */
  #isTooSlow(bytes: number): boolean {
    const waiting = this.waitingBytes;
    if (waiting === 0) this.#backfillBytes = 0;
    const allowed = this.#context.bounds.maxQueuedBytes + this.#backfillBytes - bytes;
    return waiting > allowed && waiting - answerBytes(this.engine) > allowed;
  }
}
