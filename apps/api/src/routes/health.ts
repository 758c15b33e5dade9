import { type RequestHandler, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { addRoute } from "../http/add-route.ts";

/** `GET /health`: the process is alive. `GET /ready`: it may receive traffic (200) or not (503), and why. */
export function healthRoute({ health }: Pick<ApiContext, "health">): Router {
  const alive: RequestHandler = (_request, response) => {
    response.json({ status: "ok" });
  };
  const ready: RequestHandler = async (_request, response) => {
    const report = await health.report();
    response.status(report.status === "ready" ? 200 : 503).json(report);
  };
  const router = addRoute(Router(), "/health", { get: [alive] });
  return addRoute(router, "/ready", { get: [ready] });
}
