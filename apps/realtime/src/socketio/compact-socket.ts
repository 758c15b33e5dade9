import { type Namespace, Socket } from "socket.io";
import type { CompactClient } from "./compact-client.ts";
import { lazily } from "./lazily.ts";
import { type ListenerTable, listenerTableClass } from "./listeners.ts";
import { randomId } from "./random-pool.ts";
import { TinyMap } from "./tiny-map.ts";

type AnyListener = (...args: unknown[]) => void;
type Middleware = (event: unknown[], next: (error?: Error) => void) => void;

/** Socket.IO's socket with its internals as of 4.8.4. */
interface Internals {
  buildHandshake(auth: object): object;
}

/** The internals of Socket.IO's namespaces that are overridden or used here, as of 4.8.4. */
interface NamespaceInternals {
  _createSocket(client: CompactClient, auth: object): Promise<unknown>;
  _doConnect(socket: CompactSocket, done: unknown): void;
}

const none: readonly never[] = [];

/** A socket without a listener for errors would throw them. */
const SocketListeners = listenerTableClass({ error: () => undefined });

/** Lists of one listener: that of the server itself, which every socket has. */
const lists = new WeakMap<AnyListener, readonly AnyListener[]>();

function alone(listener: AnyListener): readonly AnyListener[] {
  const list = lists.get(listener) ?? [listener];
  lists.set(listener, list);
  return list;
}

/**
 * Socket.IO's socket by its own methods over fewer objects: those that few sockets ever use are made when they do. The
 * original's constructor is not called, because it makes them all.
 */
export class CompactSocket {
  _events: ListenerTable = new SocketListeners();
  /** With the one for errors that all have. */
  _eventsCount = 1;
  readonly nsp: Namespace;
  readonly client: CompactClient;
  readonly id = randomId(15);
  pid: string | undefined = undefined;
  handshake: object;
  data: object = {};
  connected = false;
  _anyListeners: readonly AnyListener[] = none;
  /** Roomcast's own record of it. */
  session: unknown = undefined;
  declare fns: readonly Middleware[];

  constructor(nsp: Namespace, client: CompactClient, auth: object) {
    this.nsp = nsp;
    this.client = client;
    this.handshake = (this as unknown as Internals).buildHandshake(auth);
  }

  get server(): unknown {
    return this.nsp.server;
  }

  get adapter(): unknown {
    return this.nsp.adapter;
  }

  use(middleware: Middleware): this {
    this.fns = [...this.fns, middleware];
    return this;
  }

  onAny(listener: AnyListener): this {
    this._anyListeners =
      this._anyListeners.length === 0 ? alone(listener) : [...this._anyListeners, listener];
    return this;
  }

  prependAny(listener: AnyListener): this {
    this._anyListeners = [listener, ...this._anyListeners];
    return this;
  }

  offAny(listener?: AnyListener): this {
    const at = listener === undefined ? -1 : this._anyListeners.indexOf(listener);
    if (listener === undefined) this._anyListeners = none;
    else if (at !== -1) this._anyListeners = this._anyListeners.toSpliced(at, 1);
    return this;
  }
}
Object.setPrototypeOf(CompactSocket.prototype, Socket.prototype);
Object.assign(CompactSocket.prototype, { recovered: false, fns: none });
lazily(CompactSocket.prototype, "acks", () => new TinyMap());
lazily(CompactSocket.prototype, "flags", () => ({}));

/**
 * Makes a namespace's sockets of this kind, and lets what they are sent at the beginning leave in one write. Socket.IO's
 * own state recovery is not for them.
 */
export function compactNamespace(namespace: Namespace): void {
  const internals = namespace as unknown as NamespaceInternals;
  const connect = internals._doConnect.bind(namespace);
  internals._createSocket = async (client, auth) => new CompactSocket(namespace, client, auth);
  internals._doConnect = (socket, done) => {
    const stream = socket.client.conn.transport.socket?._socket;
    stream?.cork();
    try {
      connect(socket, done);
    } finally {
      stream?.uncork();
    }
  };
}
