import type { Namespace } from "socket.io";
import { Adapter } from "socket.io-adapter";
import type { Connection } from "./connection.ts";
import type { EntryFrames } from "./entry-frames.ts";

/** Finds the connection record of a socket. */
export type FindConnection = (namespace: Namespace, socketId: string) => Connection | undefined;

/** An adapter that also writes log entries to its local members. */
export interface FanOut {
  /** Writes an entry to every member of the channels, once to each; returns how many members the channels have. */
  fanOut(channels: readonly string[], frames: EntryFrames): number;
}

/** Makes the adapter of one namespace, as Socket.IO's `adapter` option takes it. */
export type AdapterClass = new (namespace: Namespace) => Adapter;

/** Gives an adapter class the fan-out of log entries; whatever else Socket.IO asks of it stays as it was. */
export function withFanOut(
  Base: AdapterClass,
  find: FindConnection,
): new (
  namespace: Namespace,
) => Adapter & FanOut {
  return class FanOutAdapter extends Base implements FanOut {
    readonly #members = new Map<string, Connection[]>();

    override addAll(id: string, rooms: Set<string>): Promise<void> | void {
      for (const room of rooms) this.#members.delete(room);
      return super.addAll(id, rooms);
    }

    override del(id: string, room: string): Promise<void> | void {
      this.#members.delete(room);
      return super.del(id, room);
    }

    override delAll(id: string): void {
      for (const room of this.sids.get(id) ?? []) this.#members.delete(room);
      super.delAll(id);
    }

    fanOut(channels: readonly string[], frames: EntryFrames): number {
      let count = 0;
      for (const channel of channels) {
        const members = this.#membersOf(channel);
        for (const connection of members) connection.deliver(frames);
        count += members.length;
      }
      return count;
    }

    #membersOf(channel: string): Connection[] {
      let members = this.#members.get(channel);
      if (members === undefined) {
        const ids = this.rooms.get(channel);
        if (ids === undefined) return [];
        members = [...ids].map((id) => find(this.nsp, id)).filter((connection) => connection !== undefined);
        this.#members.set(channel, members);
      }
      return members;
    }
  };
}

/** An adapter without other replicas. */
export const LocalAdapter: AdapterClass = Adapter;
