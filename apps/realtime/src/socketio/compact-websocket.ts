import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { ReadBudget } from "./read-budget.ts";
import { type Borrower, pauseBeyond, type Receiver, ReceiverPool, tellFrames } from "./receiver-pool.ts";

/** Whom a WebSocket reports to, where each would have listeners of its own. */
export interface WebSocketOwner {
  onMessage(data: Buffer, isBinary: boolean): void;
  onClose(): void;
  onError(error: Error): void;
  /** A ping, a pong or a fragment of a message has come. */
  onFrame(): void;
}

/** A WebSocket that may have an owner. */
export interface OwnedWebSocket extends WebSocket {
  owner: WebSocketOwner | undefined;
}

/** The internals of ws that are used here, as of 8.23.0. */
interface Internals {
  _events: object | undefined;
  _eventsCount: number;
  _extensions: object;
  readonly _socket: Duplex | null;
  _pendingAutoPongs: number;
  setSocket(socket: Duplex, head: Buffer, options: object): void;
  send(data: unknown, ...more: unknown[]): void;
}

interface Sender {
  _socket: Duplex;
  onerror: unknown;
}

type Constructor = new (address: null, protocols: undefined, options: object) => Internals & WebSocket;

const noExtensions = Object.freeze({});

/**
 * Makes the class of a server's WebSockets: ws' own without a parser, a sender and closures for each connection. One with
 * an extension (compression) keeps what ws gives it.
 */
export function compactWebSocket(): typeof WebSocket {
  const budget = new ReadBudget();
  const receivers = new ReceiverPool(budget);
  let shared: Sender | undefined;

  class CompactWebSocket extends (WebSocket as unknown as Constructor) implements Borrower, OwnedWebSocket {
    owner: WebSocketOwner | undefined;
    declare receiver: Receiver | null;
    declare sender: Sender | null;
    declare _maxPendingAutoPongs: number;

    constructor(address: null, protocols: undefined, options: { maxPendingAutoPongs?: number }) {
      // By itself ws answers pings with a closure for each connection; see `_autoPong`.
      super(address, protocols, options);
      this._maxPendingAutoPongs = options.maxPendingAutoPongs ?? 0;
      this._extensions = noExtensions;
      this.owner = undefined;
    }

    get _receiver(): Receiver | null {
      if (this.receiver !== null || this._socket === null) return this.receiver;
      return receivers.lend(this);
    }

    set _receiver(receiver: Receiver | null) {
      this.receiver = receiver;
    }

    /** Without extensions a sender has no state but the stream it writes to, at once. */
    get _sender(): Sender | null {
      if (this.sender !== null || this._socket === null || shared === undefined) return this.sender;
      // What is sent too late is counted in the sender.
      if (this.readyState !== WebSocket.OPEN) return this.#ownSender(shared);
      shared._socket = this._socket;
      return shared;
    }

    set _sender(sender: Sender | null) {
      this.sender = sender;
    }

    get _autoPong(): boolean {
      return true;
    }

    get _autoPongComplete(): () => void {
      return () => {
        this._pendingAutoPongs--;
      };
    }

    override setSocket(socket: Duplex, head: Buffer, options: object): void {
      super.setSocket(socket, head, options);
      if (this.receiver === null) return;
      if (this._extensions !== noExtensions || !receivers.learn(this.receiver)) {
        tellFrames(this.receiver, () => this);
        pauseBeyond(this.receiver, budget);
        return;
      }
      if (this.sender !== null) shared ??= tie(this.sender, undefined);
      this.receiver = null;
      this.sender = null;
    }

    onFrame(): void {
      this.owner?.onFrame();
    }

    override send(data: unknown, ...more: unknown[]): void {
      // A Blob is read first.
      if (data instanceof Blob && shared !== undefined) this.#ownSender(shared);
      super.send(data, ...more);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      const isTold = this.owner !== undefined && tell(this.owner, event, args);
      if (this._events === undefined || (isTold && this.listenerCount(event) === 0)) return isTold;
      return super.emit(event, ...args);
    }

    #ownSender(like: Sender): Sender {
      const Sender = like.constructor as new (socket: Duplex | null, extensions: object) => Sender;
      this.sender ??= tie(
        Object.assign(new Sender(this._socket, this._extensions), { onerror: like.onerror }),
        this,
      );
      return this.sender;
    }
  }
  CompactWebSocket.prototype._pendingAutoPongs = 0;
  return CompactWebSocket as unknown as typeof WebSocket;
}

function tell(owner: WebSocketOwner, event: string | symbol, args: unknown[]): boolean {
  if (event === "message") owner.onMessage(args[0] as Buffer, args[1] as boolean);
  else if (event === "close") owner.onClose();
  else if (event === "error") owner.onError(args[0] as Error);
  else return false;
  return true;
}

/** A sender knows its WebSocket by its only symbol. */
function tie(sender: Sender, websocket: object | undefined): Sender {
  for (const key of Object.getOwnPropertySymbols(sender)) Object.assign(sender, { [key]: websocket });
  return sender;
}
