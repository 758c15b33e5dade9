import type { FamilyExamples } from "./family.ts";

const origin = { accountId: "12345", provider: "aws", region: "eu-central-1" } as const;

const instance = {
  ...origin,
  instanceId: "i-0abc123def4567890",
  instanceName: "shop-web-1",
  instanceType: "m7g.large",
};

/** Data for every cloud instance event. */
export const instanceExamples: FamilyExamples<"instance"> = {
  "instance.state_changed": {
    ...instance,
    previousState: "pending",
    state: "running",
    changedAt: "2026-03-02T09:00:41Z",
    reason: "Started by the schedule",
  },
  "instance.discovery_completed": {
    ...origin,
    discoveryId: "discovery-311",
    instancesFound: 48,
    instancesAdded: 3,
    instancesRemoved: 1,
    completedAt: "2026-03-02T06:01:12Z",
    durationMs: 72_000,
  },
  "instance.health_changed": {
    ...instance,
    previousHealth: "healthy",
    health: "degraded",
    changedAt: "2026-03-02T11:30:00Z",
    reason: "1 of 2 checks fails",
    failedChecks: ["instance-reachability"],
  },
};
