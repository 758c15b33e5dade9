/** The connection to Redis is down at the moment; it is being restored. */
export class RedisUnavailableError extends Error {
  override readonly name = "RedisUnavailableError";
}
