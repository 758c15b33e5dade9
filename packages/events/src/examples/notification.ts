import type { FamilyExamples } from "./family.ts";

const about = { accountId: "12345", region: "eu-central-1", userId: "alice" };

const resource = {
  ...about,
  resourceId: "arn:aws:ec2:eu-central-1:12345:instance/i-0abc123def4567890",
  resourceType: "ec2:instance",
};

/** Data for every notification event. */
export const notificationExamples: FamilyExamples<"notification"> = {
  "notification.cost_alert": {
    ...about,
    notificationId: "notification-1",
    severity: "high",
    title: "The budget for March is used up",
    message: "EC2 in eu-central-1 has cost 1,043.20 USD of a budget of 1,000 USD.",
    amount: 1_043.2,
    threshold: 1_000,
    forecastAmount: 1_410,
    currency: "USD",
    periodStart: "2026-03-01T00:00:00Z",
    periodEnd: "2026-04-01T00:00:00Z",
    service: "AmazonEC2",
  },
  "notification.security_finding": {
    ...resource,
    notificationId: "notification-2",
    severity: "critical",
    title: "SSH is open to the world",
    message: "Security group sg-01 lets 0.0.0.0/0 in on port 22.",
    findingId: "finding-77",
    rule: "CIS-5.2",
    remediation: "Restrict port 22 to the VPN's addresses.",
    detectedAt: "2026-03-02T05:44:00Z",
  },
  "notification.optimization_recommendation": {
    ...resource,
    notificationId: "notification-3",
    severity: "low",
    title: "The instance is larger than its load",
    message: "The CPU was below 6 % for 30 days; m7g.medium would do.",
    recommendationId: "recommendation-12",
    category: "rightsize",
    estimatedMonthlySavings: 29.78,
    currency: "USD",
    effort: "low",
  },
};
