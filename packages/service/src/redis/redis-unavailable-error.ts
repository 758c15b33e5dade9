/** The connection to Redis is down and being restored. */
export class RedisUnavailableError extends Error {
  override readonly name = "RedisUnavailableError";
}
