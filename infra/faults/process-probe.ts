import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Loaded with --import before a process starts. At each SIGUSR2 it writes the process's usage to
// `$PROBE_FOLDER/<pid>.json`. The event loop lag is the one since the last signal.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const resolutionMs = 10;
const lag = monitorEventLoopDelay({ resolution: resolutionMs });
lag.enable();

process.on("SIGUSR2", () => {
  // Read it first, because garbage collection causes lag.
  const lagP99Ms = Math.max(0, lag.percentile(99) / 1e6 - resolutionMs);
  const { rss: rssBytes } = process.memoryUsage();
  collectGarbage();
  const { heapUsed: heapBytes } = process.memoryUsage();
  const file = join(process.env.PROBE_FOLDER ?? ".", `${process.pid}.json`);
  writeFileSync(`${file}.part`, JSON.stringify({ lagP99Ms, rssBytes, heapBytes }));
  renameSync(`${file}.part`, file);
  lag.reset();
});
