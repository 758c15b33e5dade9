/** For every HTTP server that clients reach, as options of `http.createServer`, in milliseconds. */
export const httpTimeouts = {
  // A client must not hold a connection open by sending a request slowly.
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // A load balancer closes an idle connection after 60 s. If we closed it first, the balancer could write to it.
  keepAliveTimeout: 75_000,
} as const;
