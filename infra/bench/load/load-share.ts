import type { Circumstances, Doubt } from "../table.ts";
import type { LoadReport } from "./load-generator.ts";

/** Beyond this the load generator may hold up what it measures. */
const maxLoadShare = 0.85;

/** What is to be known of what was measured between two reports, besides whether an event was lost. */
export function circumstances(before: LoadReport, after: LoadReport, isLost = false): Circumstances {
  const loadShare = (after.cpuUs - before.cpuUs) / (after.nowUs - before.nowUs);
  const doubts: Doubt[] = [];
  if (loadShare > maxLoadShare) doubts.push("load");
  if (isLost) doubts.push("lost");
  return { loadShare, doubts };
}
