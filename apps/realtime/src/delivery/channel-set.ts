/**
 * Up to this number the channels of a connection are an array, which is smaller. More channels are a set,
 * which is faster to search.
 */
const fewChannels = 32;

/** The channels of a connection. */
export type ChannelSet = readonly string[] | Set<string>;

/** Whether a connection is in a channel. */
export function isIn({ channels }: { readonly channels: ChannelSet }, channel: string): boolean {
  return channels instanceof Set ? channels.has(channel) : channels.includes(channel);
}

/** The channels with one more. */
export function withChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (channels instanceof Set) return channels.add(channel);
  // `concat` instead of `push` or spread: an array that grows reserves space for sixteen more elements.
  return channels.length < fewChannels ? channels.concat(channel) : new Set(channels).add(channel);
}

/** The channels without one. */
export function withoutChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (!(channels instanceof Set)) return channels.filter((other) => other !== channel);
  channels.delete(channel);
  return channels.size === 0 ? [] : channels;
}
