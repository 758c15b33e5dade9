import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Health } from "@roomcast/service";
import { setSecurityHeaders } from "../connections/response-headers.ts";

/**
 * Answers `GET /health` (alive, shown by the answer alone) and `GET /ready` (may take traffic). Another
 * method gets 405. Other paths get 404, or 503 until the server has started.
 */
export function createProbes(
  ready: Health,
  alive = new Health(),
  isStarted = (): boolean => true,
): RequestListener {
  return (request, response) => {
    answer(request, response, { ready, alive, isStarted }).catch(() => response.destroy());
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { ready, alive, isStarted }: Record<"ready" | "alive", Health> & { isStarted: () => boolean },
): Promise<void> {
  const path = request.url?.split("?")[0];
  if (path !== "/health" && path !== "/ready")
    return isStarted()
      ? send(response, 404, { status: "not_found" })
      : send(response, 503, { status: "starting" });
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return send(response, 405, { status: "method_not_allowed" });
  }
  const report = await (path === "/health" ? alive : ready).report();
  if (report.status !== "ready") return send(response, 503, report);
  send(response, 200, path === "/health" ? { status: "ok" } : report);
}

function send(response: ServerResponse, status: number, body: object): void {
  setSecurityHeaders(response);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
