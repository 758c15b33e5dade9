import type { Socket } from "socket.io";
import type { EntryFrames } from "./entry-frames.ts";
import type { Frame } from "./frame.ts";

/** The parts of Engine.IO's socket that tell how much waits to be sent. */
interface EngineConnection {
  writeBuffer: { length: number };
  transport: { name: string; socket?: { bufferedAmount: number; terminate(): void } };
  close(discard?: boolean): void;
}

/** Bounds of what may wait for one connection. */
export interface QueueBounds {
  /** Bytes that may wait to be sent; beyond them the client is cut off, and resumes by itself. */
  maxQueuedBytes: number;
  /** Entries that may wait while the past is read. */
  maxHeldEntries: number;
}

/**
 * One socket as the delivery sees it. While the past of a room is read for it, the connection is *held*: live entries
 * wait, so that nothing newer overtakes the past.
 */
export class Connection {
  readonly socket: Socket;
  readonly #bounds: QueueBounds;
  /** Offset of the last live entry given to this connection: an event of several rooms is given once. */
  lastOffset = 0;
  #held: EntryFrames[] | undefined;
  #queuedBytes = 0;
  #pastBytes = 0;
  #hasOverflowed = false;

  constructor(socket: Socket, bounds: QueueBounds) {
    this.socket = socket;
    this.#bounds = bounds;
  }

  /** Whether more came while held than could wait. */
  get hasOverflowed(): boolean {
    return this.#hasOverflowed;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Lets live entries wait until `release`. */
  hold(): void {
    this.#held = [];
    this.#hasOverflowed = false;
  }

  /** Gives back what waited, in order; from now on entries are written again. */
  release(): EntryFrames[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return held;
  }

  /** Writes a live entry, or lets it wait. */
  deliver(frames: EntryFrames): void {
    if (this.lastOffset === frames.entry.offset) return;
    this.lastOffset = frames.entry.offset;
    if (this.#held === undefined) this.write(frames.for(this.socket.nsp.name));
    else if (this.#held.length < this.#bounds.maxHeldEntries) this.#held.push(frames);
    else this.#hasOverflowed = true;
  }

  /** Writes a live frame after everything written before; a client that reads too slowly is cut off instead. */
  write(frame: Frame): void {
    const waiting = this.#queue(frame.websocket.length);
    if (waiting > this.#bounds.maxQueuedBytes + this.#pastBytes) return this.cut();
    this.#send(frame);
  }

  /** Writes a frame of the past. Its amount is bounded by the replay, so it does not count as slow reading. */
  writePast(frame: Frame): void {
    this.#queue(frame.websocket.length);
    this.#pastBytes += frame.websocket.length;
    this.#send(frame);
  }

  /** Ends the transport at once, without the closing handshake that a stuck client would never answer. */
  cut(): void {
    const engine = this.#engine;
    if (engine.transport.socket === undefined) engine.close(true);
    else engine.transport.socket.terminate();
  }

  /** Counts bytes about to be written; returns how many wait, in Engine.IO's buffer and in the socket's. */
  #queue(bytes: number): number {
    const { writeBuffer, transport } = this.#engine;
    const buffered = transport.socket?.bufferedAmount ?? 0;
    if (writeBuffer.length === 0) this.#queuedBytes = 0;
    if (writeBuffer.length === 0 && buffered === 0) this.#pastBytes = 0;
    this.#queuedBytes += bytes;
    return this.#queuedBytes + buffered;
  }

  /** As every adapter of Socket.IO writes, through an internal of `Client`. */
  #send(frame: Frame): void {
    const { client } = this.socket as unknown as {
      client: { writeToEngine(packets: string[], options: object): void };
    };
    client.writeToEngine([frame.packet], { preEncoded: true, wsPreEncodedFrame: [frame.websocket] });
  }

  get #engine(): EngineConnection {
    return this.socket.conn as unknown as EngineConnection;
  }
}
