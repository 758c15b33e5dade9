import type { FamilyExamples } from "./family.ts";

const scan = { scanId: "scan-9", scanType: "security", target: "Every account" } as const;

/** Data for every system event. */
export const systemExamples: FamilyExamples<"system"> = {
  "system.health_status": {
    status: "degraded",
    previousStatus: "healthy",
    components: [
      { name: "database", status: "healthy", latencyMs: 3 },
      { name: "search", status: "degraded", latencyMs: 1_850, message: "Answers slowly" },
    ],
    checkedAt: "2026-03-02T12:00:00Z",
  },
  "system.scan_started": { ...scan, startedAt: "2026-03-02T03:00:00Z", startedBy: "scheduler" },
  "system.scan_completed": {
    ...scan,
    outcome: "partial",
    scannedItems: 5_120,
    findingCount: 14,
    completedAt: "2026-03-02T03:20:00Z",
    durationMs: 1_200_000,
    error: "Account 98765 could not be read",
  },
  "system.heartbeat": { serverTime: "2026-03-02T12:00:00.000Z", intervalMs: 10_000 },
};
