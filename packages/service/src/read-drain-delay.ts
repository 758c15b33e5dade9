import type { EnvReader, Ms } from "./env/env-reader.ts";

/** Reads `WS_DRAIN_DELAY`: how long a process still serves after it announces its end. */
export function readDrainDelay(read: EnvReader): Ms {
  return read.seconds("WS_DRAIN_DELAY", {
    default: 0,
    min: 0,
    max: 3_600,
    description:
      "Time for load balancers to notice that a process ends: `/ready` fails from SIGTERM on, and everything is served for this long.",
  });
}
