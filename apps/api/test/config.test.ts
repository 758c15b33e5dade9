import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { readConfig } from "@roomcast/api";
import { ConfigError } from "@roomcast/service";
import { tokenSecret } from "./support/credentials.ts";

const minimal = { REDIS_URL: "redis://127.0.0.1:6379", JWT_SECRET: tokenSecret };
const publicKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ variable, problem }) => [variable, problem]));
  }
  return {};
}

describe("readConfig", () => {
  test("needs Redis and a key for tokens, the rest has defaults", () => {
    const config = readConfig(minimal);
    expect(config).toMatchObject({
      host: "0.0.0.0",
      port: 8080,
      redis: { kind: "standalone", url: "redis://127.0.0.1:6379" },
      tokens: { secret: tokenSecret },
      apiKeys: [],
      corsOrigins: [],
      trustedProxies: [],
      log: { maxEntries: 100_000, idempotencyTtlMs: 86_400_000 },
      logLevel: "info",
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test("reads everything", () => {
    const { JWT_SECRET: _none, ...rest } = minimal;
    const config = readConfig({
      ...rest,
      HOST: "127.0.0.1",
      PORT: "9000",
      REDIS_URL: "redis+sentinel://a:26379,b:26379/main",
      JWT_PUBLIC_KEY: publicKey.replaceAll("\n", "\\n"),
      JWT_ISSUER: "https://id.example.com",
      JWT_AUDIENCE: "roomcast",
      API_KEYS: "backend:0123456789abcdef, ci:fedcba9876543210",
      GITHUB_WEBHOOK_SECRET: "s",
      AUTHORIZER_URL: "http://app.internal/allow",
      CORS_ORIGINS: "https://a.example.com, https://b.example.com:8443",
      LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      redis: { kind: "sentinel", name: "main" },
      tokens: { publicKeyPem: publicKey, issuer: "https://id.example.com", audience: "roomcast" },
      apiKeys: [{ name: "backend" }, { name: "ci", secret: "fedcba9876543210" }],
      github: { secret: "s" },
      authorizerUrl: "http://app.internal/allow",
      trustedProxies: [],
      corsOrigins: ["https://a.example.com", "https://b.example.com:8443"],
    });
  });

  test("lists every bad variable at once and shows no secret", () => {
    const secret = "hunter2";
    const problems = problemsOf({
      PORT: "http",
      REDIS_URL: `http://:${secret}@redis`,
      JWT_SECRET: secret,
      API_KEYS: `backend:${secret}`,
      CORS_ORIGINS: "app.example.com",
      LOG_LEVEL: "loud",
    });
    expect(Object.keys(problems).sort()).toEqual([
      "API_KEYS",
      "CORS_ORIGINS",
      "JWT_SECRET",
      "LOG_LEVEL",
      "PORT",
      "REDIS_URL",
    ]);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test("wants exactly one key for tokens", () => {
    const { JWT_SECRET: _none, ...rest } = minimal;
    expect(problemsOf(rest)).toEqual({ JWT_SECRET: expect.stringContaining("exactly one") });
    expect(problemsOf({ ...minimal, JWT_JWKS_URL: "https://id.example.com/keys" })).toEqual({
      JWT_JWKS_URL: expect.stringContaining("exactly one"),
    });
  });

  test("refuses a public key that is none", () => {
    const { JWT_SECRET: _none, ...rest } = minimal;
    expect(problemsOf({ ...rest, JWT_PUBLIC_KEY: "ssh-rsa AAAA" })).toEqual({
      JWT_PUBLIC_KEY: expect.stringContaining("PEM"),
    });
  });
});
