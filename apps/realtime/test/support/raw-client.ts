import { once } from "node:events";
import { testToken } from "@roomcast/testkit";
import { type ClientOptions, WebSocket } from "ws";

export interface RawClientOptions extends ClientOptions {
  protocols?: string[];
  query?: string;
}

const patienceMs = 5_000;

/** A WebSocket that speaks Engine.IO and Socket.IO by hand, so that it can say what no stock client would. */
export class RawClient {
  readonly socket: WebSocket;
  /** Every text frame received. */
  readonly frames: string[] = [];
  /** Resolves with the close code when the connection has ended; 1006 if it ended without a closing handshake. */
  readonly closed: Promise<number>;
  /** Frames already returned by `next`. */
  #read = 0;
  #wake: () => void = () => undefined;

  private constructor(url: string, { protocols = [], query = "", ...options }: RawClientOptions) {
    const address = `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket${query}`;
    this.socket = new WebSocket(address, protocols, options);
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    this.socket.on("message", (data) => {
      this.frames.push((data as Buffer).toString());
      this.#wake();
    });
    this.socket.on("close", () => this.#wake());
    // A reset by the server is an outcome that tests wait for through `closed`.
    this.socket.on("error", () => undefined);
  }

  /** A transport that is open and has no namespace yet. */
  static async open(url: string, options: RawClientOptions = {}): Promise<RawClient> {
    const client = new RawClient(url, options);
    await client.next("0{");
    return client;
  }

  /** A client that has entered a namespace with a token and was told `connection.established`. */
  static async connected(url: string, { namespace = "/ws", token = testToken() } = {}): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.connect(namespace, token);
    await client.next(`40${prefix(namespace)}{`);
    await client.next(`42${prefix(namespace)}["connection_established"`);
    return client;
  }

  /** A WebSocket that is not waited for. */
  static unopened(url: string, options: RawClientOptions = {}): RawClient {
    return new RawClient(url, options);
  }

  /** Resolves when the WebSocket is open. */
  get opened(): Promise<unknown> {
    return this.socket.readyState === WebSocket.OPEN ? Promise.resolve() : once(this.socket, "open");
  }

  /** Resolves when what was sent so far has left this process. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.socket.send("6", () => resolve()));
  }

  /** Sends a CONNECT packet. */
  connect(namespace = "/ws", token = testToken()): void {
    this.send(`40${prefix(namespace)}${JSON.stringify({ token })}`);
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame, () => undefined);
  }

  /** The next frame that begins like this; earlier ones are passed over. Rejects when the connection ends or after 5 s. */
  async next(beginning: string): Promise<string> {
    const timer = setTimeout(() => this.#wake(), patienceMs);
    const deadline = Date.now() + patienceMs;
    try {
      for (;;) {
        const index = this.frames.findIndex((frame, at) => at >= this.#read && frame.startsWith(beginning));
        if (index !== -1) {
          this.#read = index + 1;
          return this.frames[index] as string;
        }
        if (Date.now() >= deadline) throw new Error(`no frame "${beginning}…"; got ${this.frames.join(" ")}`);
        if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before "${beginning}…"`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection without a closing handshake. */
  async cut(): Promise<void> {
    this.socket.terminate();
    if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, "close");
  }
}

function prefix(namespace: string): string {
  return namespace === "/" ? "" : `${namespace},`;
}
