import express, { type Express } from "express";
import type { ApiContext } from "./api-context.ts";
import { answerProblem, refuseUnknownRoute } from "./http/problem.ts";
import { logRequests } from "./http/request-log.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { domainRoutes } from "./routes/domain.ts";
import { eventsRoute } from "./routes/events.ts";
import { healthRoute } from "./routes/health.ts";
import { revocationsRoute } from "./routes/revocations.ts";
import { githubWebhookRoute } from "./routes/webhooks-github.ts";
import { websocketStatsRoute } from "./routes/websocket-stats.ts";

/**
 * Creates the HTTP API as an Express application, to be served or mounted. The caller still owns the context.
 */
export function createApi(context: ApiContext): Express {
  const api = express();
  api.disable("etag");
  api.use(logRequests(context), ...securityHeaders(context.corsOrigins));
  api.use(healthRoute(context));
  api.use(
    "/api/v1",
    eventsRoute(context),
    domainRoutes(context),
    githubWebhookRoute(context),
    websocketStatsRoute(context),
    revocationsRoute(context),
  );
  api.use(refuseUnknownRoute, answerProblem(context));
  return api;
}
