import { type ApiConfig, readApiOptions } from "@roomcast/api";
import { readTokenRules, type TokenVerifierConfig } from "@roomcast/auth";
import { type EventLogOptions, readLogOptions } from "@roomcast/event-log";
import { type RealtimeOptions, readRealtimeOptions } from "@roomcast/realtime";
import { type Env, type EnvReader, type LogLevel, logLevels, readEnv } from "@roomcast/service";

/** The configuration of the embedded process. */
export interface StandaloneConfig extends RealtimeOptions, Pick<ApiConfig, "apiKeys" | "github"> {
  host: string;
  port: number;
  tokens: TokenVerifierConfig;
  log: Required<EventLogOptions>;
  logLevel: LogLevel;
}

/**
 * Reads the embedded process's frozen configuration. Throws one `ConfigError` that lists every bad variable.
 */
export function readConfig(env: Env): StandaloneConfig {
  return readEnv(env, standaloneVariables);
}

/** Declares the embedded process's variables. A test compares the documentation with them. */
export function standaloneVariables(read: EnvReader): StandaloneConfig {
  refuseWorkers(read);
  return {
    host: read.string("HOST", {
      default: "127.0.0.1",
      description: "The address to listen on; this machine only, unless set.",
    }),
    port: read.integer("PORT", { default: 8_000, min: 0, max: 65_535, description: "The port; 0 for any." }),
    tokens: readTokenRules(read),
    ...readRealtimeOptions(read),
    ...readApiOptions(read),
    log: readLogOptions(read),
    logLevel: read.oneOf("LOG_LEVEL", logLevels, { default: "warn", description: "The least level logged." }),
  };
}

/** An operator who asks for several processes must not silently get one. */
function refuseWorkers(read: EnvReader): void {
  read.string("REALTIME_WORKERS", {
    default: "1",
    pattern: /^1$/,
    expected:
      "1 here, where the log is in the memory of one process (apps/realtime with REDIS_URL takes more)",
    description: "Only 1: the log is in the memory of this process.",
  });
}
