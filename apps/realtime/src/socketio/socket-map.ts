import type { Socket } from "socket.io";

/** Who has sockets: hardly ever more than one, and then as many as there are namespaces. */
export interface SocketOwner {
  members: readonly Socket[];
}

const keys = {
  id: (socket: Socket) => socket.id,
  namespace: (socket: Socket) => socket.nsp.name,
};

/**
 * The sockets of a client by their ids or namespaces, as Socket.IO's maps of them: made when they are asked for, because
 * two maps take more than four hundred bytes of every connection.
 */
export class SocketMap {
  readonly #owner: SocketOwner;
  readonly #keyOf: (socket: Socket) => string;

  constructor(owner: SocketOwner, key: keyof typeof keys) {
    this.#owner = owner;
    this.#keyOf = keys[key];
  }

  get size(): number {
    return this.#owner.members.length;
  }

  get(key: string): Socket | undefined {
    return this.#owner.members.find((socket) => this.#keyOf(socket) === key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The key is the socket's own. */
  set(_key: string, socket: Socket): this {
    const { members } = this.#owner;
    // Not pushed to, nor spread: an array that grows takes room for sixteen more.
    if (!members.includes(socket)) this.#owner.members = members.concat(socket);
    return this;
  }

  delete(key: string): boolean {
    const found = this.get(key);
    if (found === undefined) return false;
    this.#owner.members = this.#owner.members.filter((socket) => socket !== found);
    return true;
  }

  clear(): void {
    this.#owner.members = [];
  }

  *keys(): Generator<string> {
    for (const socket of this.#owner.members) yield this.#keyOf(socket);
  }

  *values(): Generator<Socket> {
    yield* this.#owner.members;
  }

  *[Symbol.iterator](): Generator<[string, Socket]> {
    for (const socket of this.#owner.members) yield [this.#keyOf(socket), socket];
  }

  forEach(visit: (socket: Socket, key: string) => void): void {
    for (const [key, socket] of this) visit(socket, key);
  }
}
