import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { parseRedisUrl, RedisConnection, RedisUnavailableError, within } from "@roomcast/service";
import { type RedisServer, startRedis } from "@roomcast/testkit";

describe("commands to Redis", () => {
  let redis: RedisServer;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startRedis();
    connection = new RedisConnection({
      target: parseRedisUrl(redis.url),
      name: "test",
      onError: () => undefined,
    });
    await connection.connect();
  });
  afterAll(async () => {
    await connection.close();
    await redis.stop();
  });

  test("make no signal that would outlive them", async () => {
    const signal = jest.spyOn(AbortSignal, "timeout");
    expect(await within(1_000, connection.client.ping())).toBe("PONG");
    expect(signal).not.toHaveBeenCalled();
    signal.mockRestore();
  });

  test("fail when no answer comes in time, and with their own errors else", async () => {
    const never = new Promise<never>(() => undefined);
    await expect(within(10, never)).rejects.toBeInstanceOf(RedisUnavailableError);
    await expect(within(1_000, connection.client.hGet("key", "field"))).resolves.toBeNull();
    await connection.client.set("text", "x");
    await expect(within(1_000, connection.client.hGet("text", "field"))).rejects.toThrow("WRONGTYPE");
  });
});
