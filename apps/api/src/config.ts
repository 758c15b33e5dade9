import {
  type ApiKey,
  parseApiKeys,
  readAuthorizerUrl,
  readRevocationTtl,
  readTokenRules,
  type TokenVerifierConfig,
} from "@roomcast/auth";
import { type EventLogOptions, readLogOptions } from "@roomcast/event-log";
import {
  type Env,
  type EnvReader,
  type LogLevel,
  logLevels,
  type Ms,
  type RedisTarget,
  readCorsOrigins,
  readDrainDelay,
  readEnv,
  readRedisUrl,
  readTrustedProxies,
} from "@roomcast/service";

/** The API's options, in its own process or together with the realtime server. */
export interface ApiOptions {
  apiKeys: readonly ApiKey[];
  github?: { secret: string };
  authorizerUrl?: string;
  corsOrigins: readonly string[];
  /** The proxies whose `X-Forwarded-For` is believed, in the form of proxy-addr. */
  trustedProxies: readonly string[];
}

/** The configuration of the API process. */
export interface ApiConfig extends ApiOptions {
  host: string;
  port: number;
  redis: RedisTarget;
  tokens: TokenVerifierConfig;
  /** How long a revocation is remembered. */
  revocationTtlMs: number;
  log: Required<EventLogOptions>;
  /** How long the process still serves after it announces its end. */
  drainDelayMs: Ms;
  logLevel: LogLevel;
}

/** Reads the API process's frozen configuration. Throws one `ConfigError` that lists every bad variable. */
export function readConfig(env: Env): ApiConfig {
  return readEnv(env, apiVariables);
}

/** Declares the API process's variables. A test compares the documentation with them. */
export function apiVariables(read: EnvReader): ApiConfig {
  return {
    host: read.string("HOST", { default: "0.0.0.0", description: "The address to listen on." }),
    port: read.integer("PORT", {
      default: 8_080,
      min: 0,
      max: 65_535,
      description: "The port to listen on; 0 for any.",
    }),
    redis: readRedisUrl(read),
    tokens: readTokenRules(read),
    ...readApiOptions(read),
    revocationTtlMs: readRevocationTtl(read),
    log: readLogOptions(read),
    drainDelayMs: readDrainDelay(read),
    logLevel: read.oneOf("LOG_LEVEL", logLevels, { default: "info", description: "The least level logged." }),
  };
}

/** Declares the variables that concern the API's callers, not the process. */
export function readApiOptions(read: EnvReader): ApiOptions {
  const secret = read.secret("GITHUB_WEBHOOK_SECRET", {
    description: "The secret GitHub signs its webhooks with. Without it there is no webhook route.",
  });
  const authorizerUrl = readAuthorizerUrl(read);
  return {
    apiKeys: readApiKeys(read),
    corsOrigins: readCorsOrigins(read),
    trustedProxies: readTrustedProxies(read),
    ...(secret === undefined ? {} : { github: { secret } }),
    ...(authorizerUrl === undefined ? {} : { authorizerUrl }),
  };
}

function readApiKeys(read: EnvReader): readonly ApiKey[] {
  const text = read.secret("API_KEYS", {
    description:
      "Keys that may publish everything: comma-separated `name:secret`, each secret 16 characters or more.",
  });
  try {
    return text === undefined ? [] : parseApiKeys(text);
  } catch (error) {
    read.refuse("API_KEYS", `cannot be used: ${(error as Error).message}`);
    return [];
  }
}
