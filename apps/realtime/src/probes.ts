import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Health } from "@roomcast/service";

/** Answers `GET /health` (alive) and `GET /ready` (may take traffic); everything else is 404. */
export function createProbes(health: Health): RequestListener {
  return (request, response) => {
    answer(request, response, health).catch(() => response.destroy());
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, health: Health): Promise<void> {
  const path = request.url?.split("?")[0];
  if (path === "/health") return send(response, 200, { status: "ok" });
  if (path !== "/ready") return send(response, 404, { status: "not_found" });
  const report = await health.report();
  send(response, report.status === "ready" ? 200 : 503, report);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
