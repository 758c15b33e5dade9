import type { Ack, Envelope } from "@roomcast/events";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";

/** One event as a client received it. */
export interface Received {
  name: string;
  event: Envelope<string, Record<string, unknown>>;
  /** The trailing string argument, if there was one. */
  position: string | undefined;
}

export interface TestClientOptions extends Partial<ManagerOptions & SocketOptions> {
  token?: string;
  /** Default `/ws`. */
  namespace?: string;
}

const timeoutMs = 10_000;

/**
 * A stock socket.io-client for tests that read as dialogues: send something, then wait for what must arrive.
 */
export class TestClient {
  readonly socket: Socket;
  /** Events that are received but not yet taken. */
  readonly #inbox: Received[] = [];
  /** All received events, in order. */
  readonly received: Received[] = [];
  #wake: () => void = () => undefined;

  constructor(url: string, { token, namespace = "/ws", ...options }: TestClientOptions = {}) {
    this.socket = io(url + namespace, {
      auth: token === undefined ? {} : { token },
      forceNew: true,
      transports: ["websocket"],
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
    });
    this.socket.onAny((name: string, event: Received["event"], position: unknown) => {
      const received = { name, event, position: typeof position === "string" ? position : undefined };
      this.received.push(received);
      this.#inbox.push(received);
      this.#wake();
    });
  }

  /** Returns a client that has received `connection.established`. */
  static async connected(url: string, options: TestClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(url, options);
    const failed = new Promise<never>((_, reject) => client.socket.once("connect_error", reject));
    try {
      await Promise.race([client.next("connection.established"), failed]);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /**
   * Takes the next event, or the next of this name. Earlier events of other names stay. Rejects after 10 s.
   */
  async next(name?: string): Promise<Received> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const index = this.#inbox.findIndex((received) => name === undefined || received.name === name);
      if (index !== -1) return this.#inbox.splice(index, 1)[0] as Received;
      const remainingMs = deadline - Date.now();
      if (remainingMs <= 0) throw new Error(`no ${name ?? "event"} in ${timeoutMs} ms; got ${this.#names()}`);
      await this.#change(remainingMs);
    }
  }

  /** Takes the next `count` events of a name, in order. */
  async take(count: number, name: string): Promise<Received[]> {
    const taken: Received[] = [];
    while (taken.length < count) taken.push(await this.next(name));
    return taken;
  }

  /** The names of events that are received but not yet taken. */
  get unread(): string[] {
    return this.#inbox.map(({ name }) => name);
  }

  /** Emits a command and resolves with its acknowledgement. */
  call<Data = unknown>(command: string, input?: unknown): Promise<Ack<Data>> {
    const socket = this.socket.timeout(timeoutMs);
    return input === undefined ? socket.emitWithAck(command) : socket.emitWithAck(command, input);
  }

  /** Follows a room. Throws if the server refuses it. */
  async subscribe(room: string, options: { since?: string; filters?: unknown } = {}): Promise<Subscribed> {
    const ack = await this.call<Subscribed>("subscribe", { room, ...options });
    if (!ack.ok) throw new Error(`subscribe ${room}: ${ack.error.code}`);
    return ack.data;
  }

  /** Breaks the transport like a network failure. The client reconnects by itself. */
  breakConnection(): void {
    this.socket.io.engine.close();
  }

  /** Resolves when it has reconnected. */
  async reconnected(): Promise<void> {
    if (!this.socket.connected) await new Promise<void>((resolve) => this.socket.once("connect", resolve));
  }

  close(): void {
    this.socket.disconnect();
  }

  #names(): string {
    return this.#inbox.map(({ name }) => name).join(", ") || "nothing";
  }

  #change(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The data of `subscribe`'s acknowledgement. */
export interface Subscribed {
  room: string;
  position: string;
  replayed: number;
}
