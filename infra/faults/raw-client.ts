import { once } from "node:events";
import { testToken } from "@roomcast/testkit";
import { WebSocket } from "ws";

const timeoutMs = 10_000;

/** Environment of replicas for raw clients, which speak JSON. */
export const rawClientEnv = { WS_PARSER: "json" };

/** A hand-written Engine.IO and Socket.IO client in JSON, which can do what no stock client would do. */
export class RawClient {
  readonly socket: WebSocket;
  /** Whether the connection has ended. */
  isClosed = false;
  #wake: (text: string) => void = () => undefined;

  constructor(url: string) {
    const address = `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
    // Deflate would shrink a flood to almost nothing.
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
    // The caller checks how a connection ended.
    this.socket.on("error", () => undefined);
  }

  /** Connects to `/ws` as a user, with a token that has these claims. */
  static async connected(url: string, userId: string, claims: object = {}): Promise<RawClient> {
    const client = new RawClient(url);
    await client.next("0{");
    client.send(`40/ws,${JSON.stringify({ token: testToken(userId, { ...claims }) })}`);
    await client.next("40/ws,");
    return client;
  }

  /** Follows a room. Resolves when the server has answered. */
  async follow(room: string): Promise<void> {
    this.send(`42/ws,1["subscribe",${JSON.stringify({ room })}]`);
    await this.next("43/ws,1[");
  }

  /** Sends a frame. Drops it if the connection has ended. */
  send(frame: string | Buffer): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame, () => undefined);
  }

  /**
   * Resolves when a frame with this beginning arrives. Rejects if the connection ends first, or after 10 s.
   */
  async next(beginning: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.#wake(""), timeoutMs);
      this.#wake = (text) => {
        if (text !== "" && !text.startsWith(beginning)) return;
        clearTimeout(timer);
        if (text === "") reject(new Error(`no frame arrived that begins with "${beginning}"`));
        else resolve();
      };
    });
  }

  /** Closes the connection abruptly. */
  async cut(): Promise<void> {
    this.socket.terminate();
    if (!this.isClosed) await once(this.socket, "close");
  }
}
