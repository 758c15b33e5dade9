import type { Envelope, ErrorBody, RoomReset } from "@roomcast/events";
import { io, type Socket } from "socket.io-client";
import type { ClientHistory, ClientOp } from "../checker.ts";
import type { Random } from "../random.ts";
import { RoomWishes, type SwarmWish } from "./room-wishes.ts";

export interface SwarmClientOptions {
  name: string;
  token: string;
  /** Default: both, as a stock client does it, which polls first and upgrades. */
  transport?: "websocket" | "polling";
  /** Other than Socket.IO's own. */
  parser?: object | undefined;
  /** Where to connect next; asked again for every attempt. */
  url: () => string;
  random: Random;
  /** The filter that lets the events of some tags through. */
  filterFor: (tags: readonly string[]) => object;
}

/**
 * A stock socket.io-client with an application that does what the integration guide says: it leaves resuming to the
 * client, keeps the last position of each room, and follows its rooms again from there when a session is fresh. Where
 * a stock client stops trying, it stops; what it is refused for good it does not ask for again.
 */
export class SwarmClient implements ClientHistory {
  readonly name: string;
  readonly token: string;
  readonly ops: ClientOp[] = [];
  readonly socket: Socket;
  /** Key of the last event, to see markers by. */
  lastKey: string | undefined;
  /** Why the last attempt to connect failed, or the server ended the connection. */
  lastError: string | undefined;
  /** Whether it will not try to connect again. */
  hasGivenUp = false;
  readonly #url: () => string;
  readonly #wishes: RoomWishes;
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
    this.#wishes = new RoomWishes({ socket: this.socket, record, random, filterFor });
    this.#listen();
  }

  connect(): void {
    this.socket.connect();
  }

  close(): void {
    this.#isClosed = true;
    this.socket.disconnect();
  }

  /** As a page that is loaded anew: the session is forgotten, the application has its positions still. */
  reload(): void {
    this.close();
    this.#isClosed = false;
    Object.assign(this.socket, { _pid: undefined, _lastOffset: undefined });
    this.#nextUrl();
    this.connect();
  }

  /** Whether it is connected and every wish is answered, or it has given up. */
  get isSettled(): boolean {
    return this.hasGivenUp || (this.socket.connected && this.#wishes.areSettled);
  }

  /** The rooms it follows, automatic ones not counted. */
  get rooms(): string[] {
    return this.#wishes.rooms;
  }

  /** The position it has of a room. */
  positionOf(room: string): string | undefined {
    return this.#wishes.positionOf(room);
  }

  /** Follows rooms; resolves when it does, or when they are refused for good. One that has given up follows none. */
  async follow(wishes: readonly SwarmWish[]): Promise<void> {
    if (!this.hasGivenUp) await this.#wishes.follow(wishes);
  }

  /** Stops following a room as soon as it is followed; resolves when it is left. */
  leave(room: string): Promise<void> {
    return this.#wishes.leave(room);
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
      this.#wishes.onReset(data);
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
    // A session may be lost and found before it was told its rooms.
    if (!recovered) this.#isFresh = true;
    this.ops.push({ kind: "connected", recovered, atMs: performance.now() });
    this.#wishes.onConnect(recovered);
  }

  /** A stock client that was refused, or sent away, by a packet of the server does not come back. */
  #checkActive(): void {
    if (this.socket.active || this.#isClosed || this.hasGivenUp) return;
    this.hasGivenUp = true;
    this.ops.push({ kind: "gaveUp", code: this.lastError ?? "nothing", atMs: performance.now() });
    this.#wishes.dropAll();
  }

  #onEvent({ id, room }: Envelope<string, EventData>, key: string, position: string): void {
    this.lastKey = key;
    this.ops.push({ kind: "received", id, key, position, atMs: performance.now() });
    this.#wishes.onEvent(room, position);
  }
}

interface EventData {
  changes?: { key?: string };
}
