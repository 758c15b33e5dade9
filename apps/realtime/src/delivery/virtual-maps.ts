import type { Namespace } from "socket.io";
import type { ChannelIndex } from "./channel-index.ts";
import type { FindConnection } from "./fan-out-adapter.ts";

interface Sources {
  namespace: Namespace;
  index: ChannelIndex;
  find: FindConnection;
}

/**
 * `Adapter.rooms` over the channel index: sets are made when someone asks. Sockets without a connection record, in other
 * namespaces for example, are kept in the map itself. A socket's own id is a room too, as everywhere in Socket.IO.
 */
export class VirtualRooms extends Map<string, Set<string>> {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    super();
    this.#sources = sources;
  }

  override has(room: string): boolean {
    const { namespace, index, find } = this.#sources;
    return index.members(room) !== undefined || find(namespace, room) !== undefined || super.has(room);
  }

  override get(room: string): Set<string> | undefined {
    const { namespace, index, find } = this.#sources;
    const members = index.members(room);
    const own = find(namespace, room) === undefined ? [] : [room];
    const kept = super.get(room);
    if (members === undefined && own.length === 0) return kept;
    return new Set([...(members ?? []).map(({ socket }) => socket.id), ...own, ...(kept ?? [])]);
  }

  override *keys(): MapIterator<string> {
    const { namespace, index, find } = this.#sources;
    const own = [...namespace.sockets.keys()].filter((id) => find(namespace, id) !== undefined);
    yield* new Set([...index.names(), ...own, ...super.keys()]);
  }

  override *[Symbol.iterator](): MapIterator<[string, Set<string>]> {
    for (const room of this.keys()) yield [room, this.get(room) as Set<string>];
  }

  override get size(): number {
    return [...this.keys()].length;
  }
}

/** `Adapter.sids` over the connection records, in the same way. */
export class VirtualSids extends Map<string, Set<string>> {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    super();
    this.#sources = sources;
  }

  override has(id: string): boolean {
    return this.#sources.find(this.#sources.namespace, id) !== undefined || super.has(id);
  }

  override get(id: string): Set<string> | undefined {
    const connection = this.#sources.find(this.#sources.namespace, id);
    return connection === undefined ? super.get(id) : new Set([id, ...connection.channels]);
  }

  override *keys(): MapIterator<string> {
    const { namespace, find } = this.#sources;
    for (const id of namespace.sockets.keys()) if (find(namespace, id) !== undefined) yield id;
    yield* super.keys();
  }

  override *[Symbol.iterator](): MapIterator<[string, Set<string>]> {
    for (const id of this.keys()) yield [id, this.get(id) as Set<string>];
  }

  override get size(): number {
    return [...this.keys()].length;
  }
}
