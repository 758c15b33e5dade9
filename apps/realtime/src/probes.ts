import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Health } from "@roomcast/service";

/** Answers `GET /health` (alive, by an answer alone) and `GET /ready` (may take traffic); everything else is 404. */
export function createProbes(ready: Health, alive = new Health()): RequestListener {
  return (request, response) => {
    answer(request, response, { ready, alive }).catch(() => response.destroy());
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { ready, alive }: Record<"ready" | "alive", Health>,
): Promise<void> {
  const path = request.url?.split("?")[0];
  if (path !== "/health" && path !== "/ready") return send(response, 404, { status: "not_found" });
  const report = await (path === "/health" ? alive : ready).report();
  if (report.status !== "ready") return send(response, 503, report);
  send(response, 200, path === "/health" ? { status: "ok" } : report);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
