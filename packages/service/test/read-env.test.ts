import { describe, expect, test } from "@jest/globals";
import { ConfigError, describeEnv, type EnvReader, readEnv } from "@roomcast/service";

const spec = (read: EnvReader) => ({
  server: {
    host: read.string("HOST", { default: "0.0.0.0", description: "Address to listen on." }),
    port: read.integer("PORT", { default: 8000, min: 0, max: 65_535, description: "Port to listen on." }),
  },
  pingIntervalMs: read.seconds("WS_PING_INTERVAL", { default: 20, min: 1 }),
  maxMessageBytes: read.bytes("WS_MAX_MESSAGE_SIZE", { default: 65_536 }),
  isQuiet: read.boolean("QUIET", { default: false }),
  transports: read.list("WS_TRANSPORTS", {
    values: ["polling", "websocket"],
    default: ["polling", "websocket"],
  }),
  redisUrl: read.url("REDIS_URL", { protocols: ["redis:", "redis+sentinel:"], severalHosts: true }),
  logLevel: read.oneOf("LOG_LEVEL", ["info", "debug"], { default: "info" }),
  jwtSecret: read.secret("JWT_SECRET", { required: true, minLength: 8 }),
});

const env = { JWT_SECRET: "long enough" };

function problemsOf(bad: Record<string, string>): readonly string[] {
  try {
    readEnv({ ...env, ...bad }, spec);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((p) => `${p.variable} ${p.problem}`);
  }
  throw new Error("expected a ConfigError");
}

describe("readEnv", () => {
  test("gives defaults to what is not set, and milliseconds for seconds", () => {
    expect(readEnv(env, spec)).toEqual({
      server: { host: "0.0.0.0", port: 8000 },
      pingIntervalMs: 20_000,
      maxMessageBytes: 65_536,
      isQuiet: false,
      transports: ["polling", "websocket"],
      redisUrl: undefined,
      logLevel: "info",
      jwtSecret: "long enough",
    });
  });

  test("reads every kind", () => {
    const values = {
      HOST: "::1",
      PORT: "0",
      WS_PING_INTERVAL: "2.5",
      WS_MAX_MESSAGE_SIZE: "2MiB",
      QUIET: "1",
      WS_TRANSPORTS: "websocket",
      REDIS_URL: "redis+sentinel://user:pw@a:1,b:2/main",
      LOG_LEVEL: "debug",
    };
    expect(readEnv({ ...env, ...values }, spec)).toMatchObject({
      server: { host: "::1", port: 0 },
      pingIntervalMs: 2_500,
      maxMessageBytes: 2_097_152,
      isQuiet: true,
      transports: ["websocket"],
      redisUrl: values.REDIS_URL,
      logLevel: "debug",
    });
  });

  test("types a value by its options", () => {
    const config = readEnv(env, spec);
    const port: number = config.server.port;
    const redisUrl: string | undefined = config.redisUrl;
    const transports: readonly ("polling" | "websocket")[] = config.transports;
    const level: "info" | "debug" = config.logLevel;
    // @ts-expect-error without a default the value may be undefined
    const certain: string = config.redisUrl;
    expect([port, redisUrl, transports.length, level, certain]).toHaveLength(5);
  });

  test("takes an empty variable for an unset one", () => {
    expect(readEnv({ ...env, PORT: "", REDIS_URL: "" }, spec)).toMatchObject({
      server: { port: 8000 },
      redisUrl: undefined,
    });
  });

  test.each([
    ["PORT", "abc", "an integer from 0 to 65535"],
    ["PORT", "65536", "an integer from 0 to 65535"],
    ["PORT", "80.5", "an integer from 0 to 65535"],
    ["PORT", " 80", "an integer from 0 to 65535"],
    ["PORT", "99999999999999999999", "an integer from 0 to 65535"],
    ["WS_PING_INTERVAL", "20s", "a number of seconds of at least 1"],
    ["WS_PING_INTERVAL", "0.5", "a number of seconds of at least 1"],
    ["WS_PING_INTERVAL", "Infinity", "a number of seconds of at least 1"],
    [
      "WS_MAX_MESSAGE_SIZE",
      "1MB",
      "a number of bytes of at least 0, perhaps with the suffix KiB, MiB or GiB",
    ],
    ["QUIET", "yes", "`true` or `false`"],
    ["WS_TRANSPORTS", "websocket,", "a comma-separated list of `polling`, `websocket`"],
    ["WS_TRANSPORTS", "webtransport", "a comma-separated list of `polling`, `websocket`"],
    ["LOG_LEVEL", "verbose", "one of `info`, `debug`"],
  ])("refuses %s=%s", (name, text, expected) => {
    expect(problemsOf({ [name]: text })).toEqual([
      `${name} must be ${expected}, not ${JSON.stringify(text)}`,
    ]);
  });

  test.each([
    "localhost:6379",
    "http://a",
    "redis+sentinel://a:1,,b:2/main",
    "redis+sentinel://a:1,b:x/main",
  ])("refuses the URL %s without showing it", (url) => {
    expect(problemsOf({ REDIS_URL: url })).toEqual([
      "REDIS_URL must be a URL that begins with `redis://` or `redis+sentinel://`",
    ]);
  });

  test("lists every problem at once and shows no secret", () => {
    const bad = { PORT: "x", LOG_LEVEL: "y", JWT_SECRET: "hush" };
    expect(() => readEnv(bad, spec)).toThrow(
      [
        "the configuration cannot be used:",
        '  PORT must be an integer from 0 to 65535, not "x"',
        '  LOG_LEVEL must be one of `info`, `debug`, not "y"',
        "  JWT_SECRET must be at least 8 characters long",
      ].join("\n"),
    );
  });

  test("names a required variable that is missing", () => {
    expect(() => readEnv({}, spec)).toThrow("JWT_SECRET is not set; it must be at least 8 characters long");
  });

  test("takes up what the specification itself refuses", () => {
    const either = (read: EnvReader) => {
      if (read.string("A") !== undefined && read.string("B") !== undefined) read.refuse("B", "excludes A");
    };
    expect(() => readEnv({ A: "1", B: "2" }, either)).toThrow("B excludes A");
  });

  test("tells of the bad variables even if the specification fails on a stand-in", () => {
    const strict = (read: EnvReader) => new RegExp(read.string("P", { required: true }) || "(");
    expect(() => readEnv({}, strict)).toThrow(ConfigError);
  });

  test("freezes the configuration all the way down", () => {
    const config = readEnv(env, spec);
    expect(
      Object.isFrozen(config) && Object.isFrozen(config.server) && Object.isFrozen(config.transports),
    ).toBe(true);
  });
});

describe("describeEnv", () => {
  test("lists the variables with defaults as they are written", () => {
    const variables = describeEnv(spec);
    expect(variables.map(({ name }) => name)).toEqual([
      ...["HOST", "PORT", "WS_PING_INTERVAL", "WS_MAX_MESSAGE_SIZE", "QUIET", "WS_TRANSPORTS"],
      ...["REDIS_URL", "LOG_LEVEL", "JWT_SECRET"],
    ]);
    expect(variables[1]).toEqual({
      name: "PORT",
      kind: "integer",
      defaultText: "8000",
      expected: "an integer from 0 to 65535",
      required: false,
      description: "Port to listen on.",
    });
    expect(variables[2]).toMatchObject({ defaultText: "20", unit: "seconds" });
    expect(variables[5]).toMatchObject({ defaultText: "polling,websocket" });
    expect(variables[8]).toMatchObject({ kind: "secret", required: true });
  });
});
