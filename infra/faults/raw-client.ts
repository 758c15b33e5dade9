import { once } from "node:events";
import { testToken } from "@roomcast/testkit";
import { WebSocket } from "ws";

const patienceMs = 10_000;

/** For replicas with clients written by hand. */
export const rawClientEnv = { WS_PARSER: "json" };

/** A WebSocket that speaks Engine.IO and Socket.IO by hand, in JSON, so that it can do what no stock client would. */
export class RawClient {
  readonly socket: WebSocket;
  /** Whether the connection has ended. */
  isClosed = false;
  #wake: (text: string) => void = () => undefined;

  constructor(url: string) {
    const address = `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    // Deflated, a flood would be a trickle.
    this.socket = new WebSocket(address, { perMessageDeflate: false });
    this.socket.on("message", (data) => {
      const text = (data as Buffer).toString();
      if (text === "2") this.send("3");
      this.#wake(text);
    });
    this.socket.on("close", () => {
      this.isClosed = true;
      this.#wake("");
    });
    // How a connection ends is for the caller to judge.
    this.socket.on("error", () => undefined);
  }

  /** A client in `/ws` as a user, with a token that has these claims. */
  static async connected(url: string, userId: string, claims: object = {}): Promise<RawClient> {
    const client = new RawClient(url);
    await client.next("0{");
    client.send(`40/ws,${JSON.stringify({ token: testToken(userId, { ...claims }) })}`);
    await client.next("40/ws,");
    return client;
  }

  /** Follows a room, and resolves when it does. */
  async follow(room: string): Promise<void> {
    this.send(`42/ws,1["subscribe",${JSON.stringify({ room })}]`);
    await this.next("43/ws,1[");
  }

  /** Sends a frame; one that cannot be sent any more is dropped. */
  send(frame: string | Buffer): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame, () => undefined);
  }

  /** Resolves when a frame comes that begins like this; rejects when the connection ends first, or after 10 s. */
  async next(beginning: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.#wake(""), patienceMs);
      this.#wake = (text) => {
        if (text !== "" && !text.startsWith(beginning)) return;
        clearTimeout(timer);
        if (text === "") reject(new Error(`no "${beginning}" came`));
        else resolve();
      };
    });
  }

  /** Ends the connection at once. */
  async cut(): Promise<void> {
    this.socket.terminate();
    if (!this.isClosed) await once(this.socket, "close");
  }
}
