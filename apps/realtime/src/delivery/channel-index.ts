import type { Connection } from "./connection.ts";

/** Up to so many entries an array is made anew with each: pushed to, it takes room for sixteen more. */
const few = 16;

/** Up to so many channels of a connection are an array, which is smaller; more of them are a set, which is searched faster. */
const fewChannels = 32;

/** The channels of a connection. */
export type ChannelSet = readonly string[] | Set<string>;

/** Whether a connection is in a channel. */
export function isIn({ channels }: Connection, channel: string): boolean {
  return channels instanceof Set ? channels.has(channel) : channels.includes(channel);
}

/** The connections of each channel as flat arrays, which a fan-out reads fastest and which take eight bytes a membership. */
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

  /** Adds a connection; false if it was there. */
  join(connection: Connection, channel: string): boolean {
    if (isIn(connection, channel)) return false;
    connection.channels = withChannel(connection.channels, channel);
    const members = this.#channels.get(channel);
    if (members === undefined) this.#channels.set(channel, [connection]);
    else if (members.length < few) this.#channels.set(channel, members.concat(connection));
    else members.push(connection);
    return true;
  }

  /** Removes a connection; false if it was not there. */
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

function withChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (channels instanceof Set) return channels.add(channel);
  // Not pushed to, nor spread: an array that grows takes room for sixteen more.
  return channels.length < fewChannels ? channels.concat(channel) : new Set(channels).add(channel);
}

function withoutChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (!(channels instanceof Set)) return channels.filter((other) => other !== channel);
  channels.delete(channel);
  return channels.size === 0 ? [] : channels;
}

function removeUnordered(members: Connection[], connection: Connection): void {
  const last = members.pop() as Connection;
  if (last !== connection) members[members.indexOf(connection)] = last;
}
