import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { redactLine } from "./redact-line.ts";

export type { Logger } from "pino";

/** The log levels, most verbose first. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  level: LogLevel;
  /** Name of the process, written in every line. */
  name: string;
  /** Default: standard output, written synchronously so that a crash loses no line. */
  destination?: DestinationStream;
}

/** Creates a logger of JSON lines. Tokens, secrets, passwords and cookies are removed from the whole line. */
export function createLogger({ level, name, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      name,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}
