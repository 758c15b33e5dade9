import type { FamilyExamples } from "./family.ts";

const account = {
  accountId: "12345",
  accountName: "Production",
  provider: "aws",
  region: "eu-central-1",
} as const;

/** Data for every cloud account event. */
export const accountExamples: FamilyExamples<"account"> = {
  "account.connection_changed": {
    ...account,
    status: "error",
    previousStatus: "connected",
    changedAt: "2026-03-02T07:00:00Z",
    reason: "The provider answered 503 three times",
  },
  "account.discovery_progress": {
    ...account,
    discoveryId: "discovery-311",
    progressPercent: 40,
    resourcesFound: 212,
    completedRegions: 6,
    totalRegions: 15,
  },
  "account.credentials_validated": {
    ...account,
    valid: false,
    validatedAt: "2026-03-02T06:00:00Z",
    expiresAt: "2026-06-01T00:00:00Z",
    missingPermissions: ["ec2:DescribeInstances"],
    error: "A permission is missing",
  },
};
