import type { Envelope, ErrorBody, RoomReset } from "@roomcast/events";
import { io, type Socket } from "socket.io-client";
import type { ClientHistory, ClientOp } from "../checker.ts";
import type { Random } from "../random.ts";
import { type RoomRequest, RoomRequests } from "./room-requests.ts";

export interface SwarmClientOptions {
  name: string;
  token: string;
  /** Default: both, as in a stock client, which polls first and then upgrades. */
  transport?: "websocket" | "polling";
  /** The parser, if it is not Socket.IO's default. */
  parser?: object | undefined;
  /** Returns where to connect next. Called for every attempt. */
  url: () => string;
  random: Random;
  /** Returns the filter for the events with these tags. */
  filterFor: (tags: readonly string[]) => object;
}

/**
 * A stock socket.io-client with an application that follows the integration guide. It leaves resuming to the
 * client, keeps the last position of each room, and follows its rooms again from there when a session is
 * fresh. It stops when a stock client stops reconnecting, and does not repeat a request that is refused for
 * good.
 */
export class SwarmClient implements ClientHistory {
  readonly name: string;
  readonly token: string;
  readonly ops: ClientOp[] = [];
  readonly socket: Socket;
  /** Key of the last event, to recognise markers. */
  lastKey: string | undefined;
  /** Why the last attempt to connect failed, or why the server ended the connection. */
  lastError: string | undefined;
  /** Whether it has stopped reconnecting. */
  hasGivenUp = false;
  readonly #url: () => string;
  readonly #requests: RoomRequests;
  /** Whether the application has ended the connection itself. */
  #isClosed = false;
  #isFresh = false;

  constructor({ name, token, transport, parser, url, random, filterFor }: SwarmClientOptions) {
    this.name = name;
    this.token = token;
    this.#url = url;
    this.socket = io(`${url()}/ws`, {
      auth: { token },
      autoConnect: false,
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      timeout: 4_000,
      ...(transport === undefined ? {} : { transports: [transport] }),
      ...(parser === undefined ? {} : { parser }),
    });
    const record = (op: ClientOp) => void this.ops.push(op);
    this.#requests = new RoomRequests({ socket: this.socket, record, random, filterFor });
    this.#listen();
  }

  connect(): void {
    this.socket.connect();
  }

  close(): void {
    this.#isClosed = true;
    this.socket.disconnect();
  }

  /** Acts like a page load: the session is lost, but the application still has its positions. */
  reload(): void {
    this.close();
    this.#isClosed = false;
    Object.assign(this.socket, { _pid: undefined, _lastOffset: undefined });
    this.#nextUrl();
    this.connect();
  }

  /** Whether it is connected and every request is answered, or it has given up. */
  get isSettled(): boolean {
    return this.hasGivenUp || (this.socket.connected && this.#requests.areSettled);
  }

  /** The rooms that it follows, without automatic rooms. */
  get rooms(): string[] {
    return this.#requests.rooms;
  }

  /** The position that it has for a room. */
  positionOf(room: string): string | undefined {
    return this.#requests.positionOf(room);
  }

  /**
   * Follows rooms. Resolves when they are followed or refused for good.
   * A client that has given up follows none.
   */
  async follow(requests: readonly RoomRequest[]): Promise<void> {
    if (!this.hasGivenUp) await this.#requests.follow(requests);
  }

  /** Leaves a room as soon as it is followed. Resolves when it is left. */
  leave(room: string): Promise<void> {
    return this.#requests.leave(room);
  }

  #listen(): void {
    const { socket } = this;
    socket.io.on("reconnect_attempt", () => this.#nextUrl());
    socket.on("connect", () => this.#onConnect());
    socket.on("disconnect", () => {
      this.ops.push({ kind: "disconnected", atMs: performance.now() });
      this.#checkActive();
    });
    socket.on("connect_error", (error: Error & { data?: ErrorBody }) => {
      this.lastError = error.data?.code ?? error.message;
      this.#checkActive();
    });
    socket.on("connection.error", ({ data }: Envelope<string, ErrorBody>) => {
      this.lastError = data.code;
    });
    socket.on(
      "connection.established",
      ({ data }: Envelope<string, { rooms: string[] }>, position: string) => {
        const { rooms } = data;
        this.ops.push(
          this.#isFresh ? { kind: "established", rooms, position } : { kind: "resumed", position },
        );
        this.#isFresh = false;
      },
    );
    socket.on("position.advanced", (_event: unknown, position: string) => {
      this.ops.push({ kind: "advanced", position });
    });
    socket.on("room.reset", ({ data }: Envelope<string, RoomReset>) => {
      this.ops.push({ kind: "reset", ...data, atMs: performance.now() });
      this.#requests.onReset(data);
    });
    socket.onAny((_name: string, event: Envelope<string, EventData>, position: unknown) => {
      const key = event?.data?.changes?.key;
      if (key !== undefined) this.#onEvent(event, key, String(position));
    });
  }

  #nextUrl(): void {
    (this.socket.io as unknown as { uri: string }).uri = this.#url();
  }

  #onConnect(): void {
    const recovered = this.socket.recovered === true;
    // A session may be lost and recovered before it received its rooms.
    if (!recovered) this.#isFresh = true;
    this.ops.push({ kind: "connected", recovered, atMs: performance.now() });
    this.#requests.onConnect(recovered);
  }

  /** A stock client does not reconnect after a packet of the server that refuses or disconnects it. */
  #checkActive(): void {
    if (this.socket.active || this.#isClosed || this.hasGivenUp) return;
    this.hasGivenUp = true;
    this.ops.push({ kind: "gaveUp", code: this.lastError ?? "nothing", atMs: performance.now() });
    this.#requests.dropAll();
  }

  #onEvent({ id, room }: Envelope<string, EventData>, key: string, position: string): void {
    this.lastKey = key;
    this.ops.push({ kind: "received", id, key, position, atMs: performance.now() });
    this.#requests.onEvent(room, position);
  }
}

interface EventData {
  changes?: { key?: string };
}
