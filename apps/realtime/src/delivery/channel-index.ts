import { isIn, withChannel, withoutChannel } from "./channel-set.ts";
import type { Connection } from "./connection.ts";

/**
 * Up to this number of members the array is copied for each new one: an array that is pushed to reserves
 * space for sixteen more.
 */
const few = 16;

/**
 * The connections of each channel as flat arrays: the fastest form for a fan-out to read, and eight bytes for
 * each membership.
 */
export class ChannelIndex {
  readonly #channels = new Map<string, Connection[]>();

  /** The members of a channel; to be read at once and not kept. */
  members(channel: string): readonly Connection[] | undefined {
    return this.#channels.get(channel);
  }

  /** The channels that have members. */
  names(): Iterable<string> {
    return this.#channels.keys();
  }

  /** Adds a connection; false if it was a member already. */
  join(connection: Connection, channel: string): boolean {
    if (isIn(connection, channel)) return false;
    connection.channels = withChannel(connection.channels, channel);
    const members = this.#channels.get(channel);
    if (members === undefined) this.#channels.set(channel, [connection]);
    else if (members.length < few) this.#channels.set(channel, members.concat(connection));
    else members.push(connection);
    return true;
  }

  /** Removes a connection; false if it was not a member. */
  leave(connection: Connection, channel: string): boolean {
    if (!isIn(connection, channel)) return false;
    connection.channels = withoutChannel(connection.channels, channel);
    this.#remove(connection, channel);
    return true;
  }

  #remove(connection: Connection, channel: string): void {
    const members = this.#channels.get(channel);
    if (members === undefined) return;
    if (members.length === 1) this.#channels.delete(channel);
    else removeUnordered(members, connection);
  }
}

function removeUnordered(members: Connection[], connection: Connection): void {
  const last = members.pop() as Connection;
  if (last !== connection) members[members.indexOf(connection)] = last;
}
