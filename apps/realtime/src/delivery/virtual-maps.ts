import type { Namespace } from "socket.io";
import type { ChannelIndex } from "./channel-index.ts";
import type { Connection } from "./connection.ts";

/** Finds the connection record of a socket. */
export type FindConnection = (namespace: Namespace, socketId: string) => Connection | undefined;

interface Sources {
  namespace: Namespace;
  index: ChannelIndex;
  find: FindConnection;
}

/** A map of sets that are computed on request. Values that are set by hand are kept in the map itself. */
abstract class VirtualMap extends Map<string, Set<string>> {
  protected readonly sources: Sources;

  constructor(sources: Sources) {
    super();
    this.sources = sources;
  }

  /** Each key once. */
  abstract override keys(): MapIterator<string>;

  /** The keys that were set by hand. */
  protected keptKeys(): MapIterator<string> {
    return super.keys();
  }

  override *entries(): MapIterator<[string, Set<string>]> {
    for (const key of this.keys()) yield [key, this.get(key) as Set<string>];
  }

  override *values(): MapIterator<Set<string>> {
    for (const key of this.keys()) yield this.get(key) as Set<string>;
  }

  override [Symbol.iterator](): MapIterator<[string, Set<string>]> {
    return this.entries();
  }

  override forEach(
    visit: (value: Set<string>, key: string, map: Map<string, Set<string>>) => void,
    self?: unknown,
  ): void {
    for (const [key, value] of this.entries()) visit.call(self, value, key, this);
  }

  override get size(): number {
    let size = 0;
    for (const _ of this.keys()) size++;
    return size;
  }

  protected isInOwnRoom(id: string): boolean {
    return this.sources.find(this.sources.namespace, id)?.isInOwnRoom === true;
  }
}

/**
 * `Adapter.rooms` over the channel index. Sockets without a connection record, for example in other
 * namespaces, are kept in the map itself. A socket's own id is a room too, as everywhere in Socket.IO.
 */
export class VirtualRooms extends VirtualMap {
  override has(room: string): boolean {
    return this.sources.index.members(room) !== undefined || this.isInOwnRoom(room) || super.has(room);
  }

  override get(room: string): Set<string> | undefined {
    const members = this.sources.index.members(room);
    const own = this.isInOwnRoom(room) ? [room] : [];
    const kept = super.get(room);
    if (members === undefined && own.length === 0) return kept;
    return new Set([...(members ?? []).map(({ socket }) => socket.id), ...own, ...(kept ?? [])]);
  }

  override *keys(): MapIterator<string> {
    const { namespace, index } = this.sources;
    const own = [...namespace.sockets.keys()].filter((id) => this.isInOwnRoom(id));
    yield* new Set([...own, ...index.names(), ...this.keptKeys()]);
  }
}

/** `Adapter.sids` over the connection records. Other sockets are kept in the map itself. */
export class VirtualSids extends VirtualMap {
  override has(id: string): boolean {
    return this.sources.find(this.sources.namespace, id) !== undefined || super.has(id);
  }

  override get(id: string): Set<string> | undefined {
    const connection = this.sources.find(this.sources.namespace, id);
    if (connection === undefined) return super.get(id);
    return new Set([...(connection.isInOwnRoom ? [id] : []), ...connection.channels]);
  }

  override *keys(): MapIterator<string> {
    const { namespace, find } = this.sources;
    for (const id of namespace.sockets.keys()) if (find(namespace, id) !== undefined) yield id;
    yield* this.keptKeys();
  }
}
