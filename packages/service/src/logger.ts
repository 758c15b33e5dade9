import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { redactLine } from "./redact-line.ts";

export type { Logger } from "pino";

/** The levels of a logger, the most talkative first. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  level: LogLevel;
  /** The process, in every line. */
  name: string;
  /** Default: standard output, written synchronously so that a crash loses no line. */
  destination?: DestinationStream;
}

/** A logger of JSON lines from which tokens, secrets, passwords and cookies are removed wherever they stand. */
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
