import type { Namespace } from "socket.io";
import { Adapter, type BroadcastOptions } from "socket.io-adapter";
import type { Connection } from "./connection.ts";
import type { EntryFrames } from "./entry-frames.ts";
import type { Audience, FanOutQueue } from "./fan-out-queue.ts";

/** Finds the connection record of a socket. */
export type FindConnection = (namespace: Namespace, socketId: string) => Connection | undefined;

/** An adapter that also writes log entries to its local members. */
export interface FanOut {
  /** Writes an entry to every member of the channels, once to each; returns how many members the channels have. */
  fanOut(channels: readonly string[], frames: EntryFrames): number;
}

/** Makes the adapter of one namespace, as Socket.IO's `adapter` option takes it. */
export type AdapterClass = new (namespace: Namespace) => Adapter;

/** An adapter without other replicas. */
export const LocalAdapter: AdapterClass = Adapter;

/**
 * Gives an adapter class the fan-out of log entries. Whatever else Socket.IO asks of it stays as it was, but comes after
 * what this tick has to write.
 */
export function withFanOut(
  Base: AdapterClass,
  find: FindConnection,
  queue: FanOutQueue,
): new (
  namespace: Namespace,
) => Adapter & FanOut {
  return class FanOutAdapter extends Base implements FanOut {
    readonly #members = new Map<string, Connection[]>();

    override addAll(id: string, rooms: Set<string>): Promise<void> | void {
      queue.flush();
      for (const room of rooms) this.#members.delete(room);
      return super.addAll(id, rooms);
    }

    override del(id: string, room: string): Promise<void> | void {
      queue.flush();
      this.#members.delete(room);
      return super.del(id, room);
    }

    override delAll(id: string): void {
      queue.flush();
      for (const room of this.sids.get(id) ?? []) this.#members.delete(room);
      super.delAll(id);
    }

    override broadcast(packet: unknown, options: BroadcastOptions): void {
      queue.flush();
      super.broadcast(packet, options);
    }

    fanOut(channels: readonly string[], frames: EntryFrames): number {
      const present = channels.filter((channel) => this.rooms.has(channel));
      if (present.length === 0) return 0;
      queue.add(this.#audience(present), frames);
      return present.reduce((sum, channel) => sum + (this.rooms.get(channel)?.size ?? 0), 0);
    }

    #audience(channels: readonly string[]): Audience {
      const members = () => channels.map((channel) => this.#membersOf(channel));
      return { namespace: this.nsp.name, key: channels.join("\n"), members };
    }

    #membersOf(channel: string): Connection[] {
      const cached = this.#members.get(channel);
      if (cached !== undefined) return cached;
      const ids = [...(this.rooms.get(channel) ?? [])];
      const members = ids.map((id) => find(this.nsp, id)).filter((connection) => connection !== undefined);
      this.#members.set(channel, members);
      return members;
    }
  };
}
