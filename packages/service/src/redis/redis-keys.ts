/** Put before every key and Redis channel of a deployment, unless its options name another. */
export const defaultKeyPrefix = "roomcast:";

/** The name of a key. The hash tag `{p0}` puts all keys of a deployment into one slot of a Redis Cluster. */
export function redisKey(prefix: string, name: string): string {
  return `${prefix}{p0}:${name}`;
}
