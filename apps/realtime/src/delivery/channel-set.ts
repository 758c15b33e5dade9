/** Up to so many channels of a connection are an array, which is smaller; more of them are a set, which is searched faster. */
const fewChannels = 32;

/** The channels of a connection. */
export type ChannelSet = readonly string[] | Set<string>;

/** Whether a connection is in a channel. */
export function isIn({ channels }: { readonly channels: ChannelSet }, channel: string): boolean {
  return channels instanceof Set ? channels.has(channel) : channels.includes(channel);
}

/** The same with one more. */
export function withChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (channels instanceof Set) return channels.add(channel);
  // Not pushed to, nor spread: an array that grows takes room for sixteen more.
  return channels.length < fewChannels ? channels.concat(channel) : new Set(channels).add(channel);
}

/** The same without one. */
export function withoutChannel(channels: ChannelSet, channel: string): ChannelSet {
  if (!(channels instanceof Set)) return channels.filter((other) => other !== channel);
  channels.delete(channel);
  return channels.size === 0 ? [] : channels;
}
