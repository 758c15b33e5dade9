/** Timeouts of public HTTP servers: a slow request must not hold a connection open. */
export const httpTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
} as const;
