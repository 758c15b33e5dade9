/** For HTTP servers that the outside reaches: nobody may hold a connection open by sending a request slowly. */
export const httpTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
} as const;
