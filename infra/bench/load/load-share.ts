import type { Circumstances, Doubt } from "../table.ts";
import type { LoadReport } from "./load-generator.ts";

/** Above this share, the load generator may delay what it measures. */
const maxLoadShare = 0.85;

/** Returns the circumstances of a measurement between two reports. */
export function circumstances(before: LoadReport, after: LoadReport, isLost = false): Circumstances {
  const loadShare = (after.cpuUs - before.cpuUs) / (after.nowUs - before.nowUs);
  const doubts: Doubt[] = [];
  if (loadShare > maxLoadShare) doubts.push("load");
  if (isLost) doubts.push("lost");
  return { loadShare, doubts };
}
