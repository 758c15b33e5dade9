import type { Ack, Envelope } from "@roomcast/events";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";

/** One event as a client received it. */
export interface Received {
  name: string;
  event: Envelope<string, Record<string, unknown>>;
  /** The trailing string, if there was one. */
  position: string | undefined;
}

export interface TestClientOptions extends Partial<ManagerOptions & SocketOptions> {
  token?: string;
  /** Default `/ws`. */
  namespace?: string;
}

const patienceMs = 10_000;

/** A stock socket.io-client whose tests read as dialogues: say something, then wait for what must come. */
export class TestClient {
  readonly socket: Socket;
  /** Everything received and not yet asked for. */
  readonly #inbox: Received[] = [];
  /** Everything received, in order. */
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

  /** A client that has been told `connection.established`. */
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

  /** The next event, or the next of this name; others before it stay for later calls. Rejects after 10 s. */
  async next(name?: string): Promise<Received> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const index = this.#inbox.findIndex((received) => name === undefined || received.name === name);
      if (index !== -1) return this.#inbox.splice(index, 1)[0] as Received;
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`no ${name ?? "event"} in ${patienceMs} ms; got ${this.#names()}`);
      await this.#change(leftMs);
    }
  }

  /** The next `count` events of a name, in order. */
  async take(count: number, name: string): Promise<Received[]> {
    const taken: Received[] = [];
    while (taken.length < count) taken.push(await this.next(name));
    return taken;
  }

  /** The names of events received and not asked for. */
  get unread(): string[] {
    return this.#inbox.map(({ name }) => name);
  }

  /** Emits a command and resolves with its ack. */
  call<Data = unknown>(command: string, input?: unknown): Promise<Ack<Data>> {
    const socket = this.socket.timeout(patienceMs);
    return input === undefined ? socket.emitWithAck(command) : socket.emitWithAck(command, input);
  }

  /** Follows a room; throws if that is refused. */
  async subscribe(room: string, options: { since?: string; filters?: unknown } = {}): Promise<Subscribed> {
    const ack = await this.call<Subscribed>("subscribe", { room, ...options });
    if (!ack.ok) throw new Error(`subscribe ${room}: ${ack.error.code}`);
    return ack.data;
  }

  /** Breaks the transport as a network failure would; the client comes back by itself. */
  breakConnection(): void {
    this.socket.io.engine.close();
  }

  /** Resolves when it has come back. */
  async reconnected(): Promise<void> {
    if (!this.socket.connected) await new Promise<void>((resolve) => this.socket.once("connect", resolve));
  }

  close(): void {
    this.socket.disconnect();
  }

  #names(): string {
    return this.#inbox.map(({ name }) => name).join(", ") || "nothing";
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What `subscribe` answers. */
export interface Subscribed {
  room: string;
  position: string;
  replayed: number;
}
