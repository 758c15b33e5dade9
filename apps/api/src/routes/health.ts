import { Router } from "express";
import type { ApiContext } from "../api-context.ts";

/** `GET /health`: the process is alive; `GET /ready`: it may take traffic (200) or not (503), and why. */
export function healthRoute({ health }: Pick<ApiContext, "health">): Router {
  return Router()
    .get("/health", (_request, response) => {
      response.json({ status: "ok" });
    })
    .get("/ready", async (_request, response) => {
      const report = await health.report();
      response.status(report.status === "ready" ? 200 : 503).json(report);
    });
}
