import { type ApiKey, parseApiKeys, type TokenVerifierConfig } from "@roomcast/auth";
import {
  type Env,
  type EnvReader,
  type LogLevel,
  logLevels,
  parseRedisUrl,
  type RedisTarget,
  readEnv,
} from "@roomcast/service";
import { readTokenRules } from "./token-config.ts";

/** Everything the API process can be told. */
export interface ApiConfig {
  host: string;
  port: number;
  redis: RedisTarget;
  tokens: TokenVerifierConfig;
  apiKeys: readonly ApiKey[];
  github?: { secret: string };
  authorizerUrl?: string;
  corsOrigins: readonly string[];
  logLevel: LogLevel;
}

/** The API's configuration, frozen, or one `ConfigError` that lists every bad variable. */
export function readConfig(env: Env): ApiConfig {
  return readEnv(env, apiVariables);
}

/** Declares the API's variables; also what the documentation is checked against. */
export function apiVariables(read: EnvReader): ApiConfig {
  const githubSecret = read.secret("GITHUB_WEBHOOK_SECRET", {
    description: "The secret GitHub signs its webhooks with. Without it there is no webhook route.",
  });
  const authorizerUrl = read.url("AUTHORIZER_URL", {
    description: "Asked whether a user may enter a room that the token does not grant.",
  });
  return {
    host: read.string("HOST", { default: "0.0.0.0", description: "The address to listen on." }),
    port: read.integer("PORT", {
      default: 8080,
      min: 0,
      max: 65_535,
      description: "The port to listen on; 0 for any.",
    }),
    redis: readRedis(read),
    tokens: readTokenRules(read),
    apiKeys: readApiKeys(read),
    ...(githubSecret === undefined ? {} : { github: { secret: githubSecret } }),
    ...(authorizerUrl === undefined ? {} : { authorizerUrl }),
    corsOrigins: read.list("CORS_ORIGINS", {
      default: [],
      pattern: /^(\*|https?:\/\/[^/\s]+)$/,
      expected: "origins such as `https://app.example.com`, or `*`",
      description: "Origins whose pages may call the API.",
    }),
    logLevel: read.oneOf("LOG_LEVEL", logLevels, { default: "info", description: "The least level logged." }),
  };
}

function readRedis(read: EnvReader): RedisTarget {
  const url = read.url("REDIS_URL", {
    required: true,
    protocols: ["redis:", "rediss:", "redis+sentinel:"],
    severalHosts: true,
    description: "The Redis shared with the realtime replicas.",
  });
  try {
    return parseRedisUrl(url);
  } catch (error) {
    read.refuse("REDIS_URL", `cannot be used: ${(error as Error).message}`);
    return { kind: "standalone", url };
  }
}

function readApiKeys(read: EnvReader): readonly ApiKey[] {
  const text = read.secret("API_KEYS", {
    description:
      "Keys that may publish everything: comma-separated `name:secret`, secrets of 16 characters or more.",
  });
  try {
    return text === undefined || text === "" ? [] : parseApiKeys(text);
  } catch (error) {
    read.refuse("API_KEYS", `cannot be used: ${(error as Error).message}`);
    return [];
  }
}
