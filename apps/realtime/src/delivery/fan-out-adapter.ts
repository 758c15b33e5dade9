import type { Namespace } from "socket.io";
import { Adapter, type BroadcastOptions } from "socket.io-adapter";
import { ChannelIndex } from "./channel-index.ts";
import type { Connection } from "./connection.ts";
import type { EncodedEntry } from "./encoded-entry.ts";
import type { FanOutQueue, Recipients } from "./fan-out-queue.ts";
import { type FindConnection, VirtualRooms, VirtualSids } from "./virtual-maps.ts";

/** An adapter that also writes log entries to its local members. */
export interface FanOut {
  /** Writes an entry once to every member of the channels. Returns how many members the channels have. */
  fanOut(channels: readonly string[], entry: EncodedEntry): number;
  /** The local members of a channel. */
  membersOf(channel: string): readonly Connection[];
}

/** Makes the adapter of one namespace, as Socket.IO's `adapter` option takes it. */
export type AdapterClass = new (namespace: Namespace) => Adapter;

/** Emits an event to the listeners of a namespace on the other replicas. */
export type EmitToReplicas = (namespace: Namespace, event: string, ...args: (string | number)[]) => void;

/** An adapter without other replicas. */
export const LocalAdapter: AdapterClass = Adapter;

const noConnections: readonly Connection[] = [];

/**
 * Adds to an adapter class the fan-out of log entries and a compact store of memberships. All other methods
 * work as before, but run after the entries queued in this tick are written.
 */
export function withFanOut(
  Base: AdapterClass,
  find: FindConnection,
  queue: FanOutQueue,
): new (
  namespace: Namespace,
) => Adapter & FanOut {
  return class FanOutAdapter extends Base implements FanOut {
    readonly #index = new ChannelIndex();

    constructor(namespace: Namespace) {
      super(namespace);
      const sources = { namespace, index: this.#index, find };
      this.rooms = new VirtualRooms(sources);
      this.sids = new VirtualSids(sources);
    }

    override addAll(id: string, rooms: Set<string>): Promise<void> | void {
      queue.flush();
      const connection = find(this.nsp, id);
      if (connection === undefined) return super.addAll(id, rooms);
      for (const room of rooms)
        if (room === id) this.#joinOwn(connection, id);
        else this.#join(connection, room, id);
    }

    override del(id: string, room: string): Promise<void> | void {
      queue.flush();
      const connection = find(this.nsp, id);
      if (connection === undefined) return super.del(id, room);
      if (room === id) this.#leaveOwn(connection, id);
      else this.#leave(connection, room, id);
    }

    override delAll(id: string): void {
      queue.flush();
      const connection = find(this.nsp, id);
      if (connection === undefined) return super.delAll(id);
      for (const channel of [...connection.channels]) this.#leave(connection, channel, id);
      this.#leaveOwn(connection, id);
    }

    override broadcast(packet: unknown, options: BroadcastOptions): void {
      queue.flush();
      super.broadcast(packet, options);
    }

    fanOut(channels: readonly string[], entry: EncodedEntry): number {
      let count = 0;
      const present = channels.filter((channel) => {
        const members = this.#index.members(channel);
        count += members?.length ?? 0;
        return members !== undefined;
      });
      if (present.length > 0) queue.add(this.#recipients(present), entry);
      return count;
    }

    membersOf(channel: string): readonly Connection[] {
      return this.#index.members(channel) ?? noConnections;
    }

    #join(connection: Connection, room: string, id: string): void {
      const isNew = !this.rooms.has(room);
      if (!this.#index.join(connection, room)) return;
      if (isNew) this.emit("create-room", room);
      this.emit("join-room", room, id);
    }

    #leave(connection: Connection, room: string, id: string): void {
      if (!this.#index.leave(connection, room)) return;
      this.emit("leave-room", room, id);
      if (!this.rooms.has(room)) this.emit("delete-room", room);
    }

    /** A socket's own room, in which it is alone: a flag of its connection, not in the index. */
    #joinOwn(connection: Connection, id: string): void {
      if (connection.isInOwnRoom) return;
      const isNew = !this.rooms.has(id);
      connection.isInOwnRoom = true;
      if (isNew) this.emit("create-room", id);
      this.emit("join-room", id, id);
    }

    #leaveOwn(connection: Connection, id: string): void {
      if (!connection.isInOwnRoom) return;
      connection.isInOwnRoom = false;
      this.emit("leave-room", id, id);
      if (!this.rooms.has(id)) this.emit("delete-room", id);
    }

    #recipients(channels: readonly string[]): Recipients {
      const key = channels.length === 1 ? (channels[0] as string) : channels.join("\n");
      const members = () => channels.map((channel) => this.membersOf(channel));
      return { namespace: this.nsp.name, key, members };
    }
  };
}
