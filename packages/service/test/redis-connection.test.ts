import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  parseRedisUrl,
  RedisConnection,
  RedisStatus,
  RedisUnavailableError,
  StartError,
} from "@roomcast/service";
import { freePort, type RedisServer, redisCommand, startRedis, TcpProxy, waitUntil } from "@roomcast/testkit";

const opened: RedisConnection[] = [];
let lines: string[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
  lines = [];
});

function open(url: string, status = statusOf(), name = "test"): RedisConnection {
  const connection = new RedisConnection({
    target: parseRedisUrl(url),
    name,
    status,
    probeKey: "test:probe",
  });
  opened.push(connection);
  return connection;
}

function statusOf(): RedisStatus {
  const line = (_context: unknown, text?: string) => void lines.push(text ?? "");
  return new RedisStatus({ info: line, warn: line });
}

const says = (reason: RegExp) => () => lines.some((line) => reason.test(line));

describe("a connection", () => {
  let redis: RedisServer;
  let replica: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ args: ["--timeout", "1"] });
    replica = await startRedis();
  });
  afterAll(() => Promise.all([redis.stop(), replica.stop()]));

  const set = (...command: string[]) => redisCommand(redis.port, `CONFIG SET ${command.join(" ")}`);

  test("that nobody uses outlives the time after which Redis closes idle ones", async () => {
    const connection = open(redis.url);
    await connection.connect();
    const { client } = connection;
    await waitUntil("it is old", async () =>
      /age=([4-9]|\d\d)/.test((await redisCommand(redis.port, "CLIENT LIST")) ?? ""),
    );
    expect(connection.client).toBe(client);
  });

  test("to a master that becomes a replica behind the same address goes to the new master, unasked", async () => {
    const proxy = await TcpProxy.start(redis.port);
    const connection = open(`redis://127.0.0.1:${proxy.port}`);
    await connection.connect();
    proxy.setTargets([replica.port]);
    await redisCommand(redis.port, `REPLICAOF 127.0.0.1 ${replica.port}`);
    const id = (text: string) => /run_id:(\w+)/.exec(text)?.[1];
    const expected = id((await redisCommand(replica.port, "INFO server")) ?? "");
    await waitUntil("it is at the new master", async () =>
      connection.isReady ? id(await connection.client.info("server").catch(() => "")) === expected : false,
    );
    expect(says(/accepts no writes \(READONLY\)/)()).toBe(true);
    await redisCommand(redis.port, "REPLICAOF NO ONE");
    await connection.close();
    await proxy.stop();
  });

  test("is left at the first reply that tells that the server cannot serve, whoever asked", async () => {
    const connection = open(redis.url);
    await connection.connect();
    const { client } = connection;
    await redisCommand(redis.port, `REPLICAOF 127.0.0.1 ${replica.port}`);
    await expect(client.set("key", "value")).rejects.toThrow("READONLY");
    await waitUntil("it is lost", () => !client.isOpen);
    await redisCommand(redis.port, "REPLICAOF NO ONE");
    await waitUntil("it is back", () => connection.isReady);
  });

  test("to a Redis that may evict is refused, at the start and later, and back when it may not", async () => {
    await set("maxmemory", "100mb");
    await set("maxmemory-policy", "volatile-lru");
    const status = statusOf();
    const connection = open(redis.url, status);
    await expect(connection.connect(500)).rejects.toThrow(
      /may evict .*volatile-lru.*set maxmemory-policy noeviction/,
    );
    await set("maxmemory-policy", "noeviction");
    await connection.ready();
    expect(status.reason).toBeUndefined();
    await set("maxmemory-policy", "allkeys-lfu");
    await waitUntil(
      "it is refused again",
      () => !connection.isReady && /allkeys-lfu/.test(status.reason ?? ""),
    );
    await set("maxmemory", "0");
    await waitUntil("it is back", () => connection.isReady && status.reason === undefined);
    await set("maxmemory-policy", "noeviction");
  });

  test("to a Redis that has evicted is refused, though its policy is right by now, until an operator accepts that", async () => {
    await set("maxmemory-policy", "allkeys-random");
    await set("maxmemory", "2mb");
    for (let n = 0; n < 20; n++) await redisCommand(redis.port, `SETRANGE evict:${n} 200000 x`);
    await set("maxmemory-policy", "noeviction");
    await set("maxmemory", "0");
    const status = statusOf();
    const connection = open(redis.url, status);
    await expect(connection.connect(500)).rejects.toThrow(/has evicted \d+ keys.*CONFIG RESETSTAT/);
    await redisCommand(redis.port, "CONFIG RESETSTAT");
    await connection.ready();
    expect(status.reason).toBeUndefined();
  });

  test("to a Redis whose memory is full stays, and the status says so until there is room", async () => {
    const status = statusOf();
    const connection = open(redis.url, status);
    await connection.connect();
    const { client } = connection;
    await set("maxmemory", "1");
    await waitUntil("it says so", () => /its memory is full.*\(OOM\)/.test(status.reason ?? ""));
    expect(await connection.client.get("key")).toBeNull();
    await set("maxmemory", "0");
    await waitUntil("there is room", () => status.reason === undefined);
    expect(connection.client).toBe(client);
    expect(lines.filter((line) => line.includes("OOM"))).toHaveLength(1);
  });
});

describe("several connections to a Redis that is not there", () => {
  test("say so in one line, are told in time, and come up by themselves in another", async () => {
    const port = await freePort();
    const status = statusOf();
    const all = ["a", "b", "c"].map((name) => open(`redis://127.0.0.1:${port}`, status, name));
    for (const one of all) one.connect().catch(() => undefined);
    await waitUntil("it is said", says(/connection refused/));
    const failure = await Promise.all(all.map((one) => one.connect(1).catch((error: Error) => error)));
    expect(failure[0]).toBeInstanceOf(RedisUnavailableError);
    expect(failure[0]?.message).toBe(`Redis at 127.0.0.1:${port}: connection refused`);
    expect(status.reason).toContain("connection refused");
    const redis = await startRedis({ port });
    await Promise.all(all.map((one) => one.ready()));
    await waitUntil("they are up", () => status.reason === undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+: connection refused; reconnecting in \d+ ms$/),
      expect.stringMatching(/^connected to Redis at 127\.0\.0\.1:\d+ again after \d+\.\d s$/),
    ]);
    lines = [];
    await redis.restart();
    await waitUntil("they are back", says(/again after/));
    const causes = lines.map((line) => line.replace(/; connecting.*/, "").replace(/ after.*/, ""));
    expect(new Set(causes).size).toBe(causes.length);
    await redis.stop();
  });
});

describe("where waiting does not help, connect rejects", () => {
  const servers: RedisServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function refusal(args: string[], credentials = "", database = ""): Promise<Error> {
    const redis = await startRedis({ args });
    servers.push(redis);
    const url = redis.url.replace("://", `://${credentials}`);
    return open(`${url}${database}`)
      .connect()
      .then(
        () => new Error("connected"),
        (error: Error) => error,
      );
  }

  test.each([
    ["a password is asked for", ["--requirepass", "right"], "", "", /asks for a password: see REDIS_URL/],
    [
      "the password is wrong",
      ["--requirepass", "right"],
      ":wr0ng@",
      "",
      /does not accept the user name or the password/,
    ],
    ["Redis is a cluster", ["--cluster-enabled", "yes"], "", "", /Redis Cluster, which is not supported/],
    ["Redis is too old", ["--rename-command", "HELLO", ""], "", "", /Redis 6\.2 or newer is needed/],
    ["there is no such database", [], "", "/99", /no database of that number/],
  ])("%s", async (_, args, credentials, database, reason) => {
    const error = await refusal(args, credentials, database);
    expect(error).toBeInstanceOf(StartError);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain("wr0ng");
  });

  test("rights are missing: it names them", async () => {
    const redis = await startRedis();
    servers.push(redis);
    await redisCommand(redis.port, "ACL SETUSER few on >pw ~* &* +@all -hset -publish");
    const connecting = open(redis.url.replace("://", "://few:pw@")).connect();
    await expect(connecting).rejects.toThrow("may not run HSET, PUBLISH");
  });

  test("but not when no Sentinel answers: one may come", async () => {
    const connection = open("redis+sentinel://127.0.0.1:1,127.0.0.1:2/mymaster");
    connection.connect().catch(() => undefined);
    await waitUntil("it is said", says(/refused/));
    const connecting = connection.connect(1);
    await expect(connecting).rejects.toThrow(
      "Redis at mymaster of the Sentinels 127.0.0.1:1, 127.0.0.1:2: no Sentinel could name the master: connection refused",
    );
    await expect(connecting).rejects.toBeInstanceOf(RedisUnavailableError);
  });
});
