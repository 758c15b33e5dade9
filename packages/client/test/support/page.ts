import {
  createRoomcast,
  type Roomcast,
  type RoomcastError,
  type RoomcastOptions,
  type RoomcastSocket,
  storagePositions,
} from "@roomcast/client";
import type { EventEnvelope } from "@roomcast/events";
import { testToken } from "@roomcast/testkit";
import { io, type ManagerOptions, type SocketOptions } from "socket.io-client";
import { MemoryStorage } from "./memory-storage.ts";

export interface PageOptions extends RoomcastOptions {
  user?: string;
  /** The storage of an earlier page. */
  storage?: MemoryStorage;
  socket?: Partial<ManagerOptions & SocketOptions>;
}

let users = 0;

/** A web page: a stock client of its own, with positions that outlast it. */
export class Page {
  readonly socket: RoomcastSocket;
  readonly roomcast: Roomcast;
  readonly storage: MemoryStorage;
  /** What `onError` was told. */
  readonly errors: unknown[] = [];
  /** The commands that were sent. */
  readonly sent: { command: string; input: unknown }[] = [];
  readonly #flush: () => void;

  constructor(url: string, { user = `user-${++users}`, storage, socket, ...options }: PageOptions = {}) {
    this.storage = storage ?? new MemoryStorage();
    this.socket = io(`${url}/ws`, {
      auth: { token: testToken(user) },
      forceNew: true,
      transports: ["websocket"],
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...socket,
    });
    this.socket.onAnyOutgoing((command: string, input: unknown) => this.sent.push({ command, input }));
    const onError = (error: unknown) => this.errors.push(error);
    const positions = storagePositions(this.storage, "test", onError);
    this.#flush = () => positions.flush();
    this.roomcast = createRoomcast(this.socket, { positions, onError, retryDelayMs: () => 20, ...options });
  }

  /** The codes of the errors that `onError` was told. */
  get errorCodes(): string[] {
    return this.errors.map((error) => (error as RoomcastError).code);
  }

  /** The page goes, as a browser would let it: what is to be written is written. */
  close(): void {
    this.#flush();
    this.socket.disconnect();
    // Ends what a page would leave to the browser: pauses before the next attempt.
    this.roomcast.close();
  }

  /** Breaks the transport as a network failure would, and comes back when `whileAway` is done. */
  async loseConnection(whileAway: () => unknown = () => undefined): Promise<void> {
    const { socket } = this;
    const event = (name: "connect" | "disconnect") =>
      new Promise<void>((resolve) => socket.once(name, () => resolve()));
    const disconnected = event("disconnect");
    // The test says when it comes back, not the clock.
    socket.io.reconnection(false);
    socket.io.engine.close();
    await disconnected;
    await whileAway();
    const connected = event("connect");
    socket.io.reconnection(true);
    socket.connect();
    await connected;
  }

  /** Comes back as a new session, as when the old one has expired. */
  loseSession(whileAway: () => unknown = () => undefined): Promise<void> {
    return this.loseConnection(() => {
      // What a stock client sends to resume.
      Object.assign(this.socket, { _pid: undefined });
      return whileAway();
    });
  }
}

/** The `n` that `projectUpdated(…, { n })` was published with. */
export function numberOf({ data }: EventEnvelope): number {
  return ((data as { changes?: { n?: number } }).changes?.n ?? Number.NaN) as number;
}
