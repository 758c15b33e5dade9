import { describe, expect, test } from "@jest/globals";
import { ErrorReply } from "@redis/client";
import { checkEviction, checkVersion, parseInfo, troubleOf, troubleOfReply } from "@roomcast/service";

describe("an error reply", () => {
  test.each([
    ["READONLY You can't write against a read only replica.", "reconnect"],
    ["READONLY You can't write against a read only replica. script: 2e02, on @user_script:1.", "reconnect"],
    ["UNWRITTEN READONLY You can't write against a read only replica.", "reconnect"],
    ["UNWRITTEN @user_script: 12: -READONLY You can't write against a read only replica.", "reconnect"],
    [
      "ERR Error running script (call to f_2e02): @user_script:1: -READONLY You can't write against a read only replica.",
      "reconnect",
    ],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "reconnect"],
    ["LOADING Redis is loading the dataset in memory", "reconnect"],
    ["ERR max number of clients reached", "reconnect"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "wait"],
    [
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
      "wait",
    ],
    ["NOREPLICAS Not enough good replicas to write.", "wait"],
    ["NOAUTH Authentication required.", "give-up"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "give-up"],
    ["NOPERM this user has no permissions to run the 'hset' command", "give-up"],
    ["ERR The user executing the script can't run this command or subcommand", "give-up"],
    ["ERR unknown command `HELLO`, with args beginning with: `3`,", "give-up"],
    ["MOVED 3999 127.0.0.1:6381", "give-up"],
  ])("%s: %s", (message, remedy) => {
    expect(troubleOfReply(new ErrorReply(message))?.remedy).toBe(remedy);
  });

  test("about the command alone is no trouble of the server", () => {
    for (const message of [
      "WRONGTYPE Operation against a key holding the wrong kind of value",
      "NOSCRIPT No matching script. Please use EVAL.",
      "ERR syntax error",
    ])
      expect(troubleOfReply(new ErrorReply(message))).toBeUndefined();
    expect(troubleOfReply(new Error("READONLY is no reply of a server"))).toBeUndefined();
  });

  test("of scripts of different names is told in the same words", () => {
    const told = ["a1", "b2"].map((sha) =>
      troubleOfReply(
        new ErrorReply(`OOM command not allowed when used memory > 'maxmemory'. script: ${sha}`),
      ),
    );
    expect(told[0]?.message).toBe(told[1]?.message);
  });
});

test("a connection that fails is told in plain words", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  expect(troubleOf(refused)).toMatchObject({ message: "connection refused", remedy: "reconnect" });
  expect(troubleOf(new Error("something new"))).toMatchObject({ message: "something new" });
});

test.each(["5.0.14", "6.0.20", "2.8.4"])("Redis %s is too old", (version) => {
  expect(() => checkVersion(version)).toThrow(`it is Redis ${version}, but Redis 6.2 or newer is needed`);
});

test.each(["6.2.0", "7.0.15", "8.2.1", "255.255.255"])("Redis %s is new enough", (version) => {
  expect(() => checkVersion(version)).not.toThrow();
});

test.each([
  ["0", "allkeys-lru", true],
  ["100", "noeviction", true],
  ["100", "allkeys-lru", false],
  ["100", "volatile-ttl", false],
])("a limit of %s with the policy %s may be used: %s", (limit, policy, isFine) => {
  const check = () =>
    checkEviction(parseInfo(`# Memory\r\nmaxmemory:${limit}\r\nmaxmemory_policy:${policy}\r\n`));
  if (isFine) expect(check).not.toThrow();
  else
    expect(check).toThrow(`maxmemory-policy ${policy}, maxmemory ${limit}): set maxmemory-policy noeviction`);
});
