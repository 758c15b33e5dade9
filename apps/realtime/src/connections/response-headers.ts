import type { Server as HttpServer, ServerResponse } from "node:http";

const headers = [
  ["x-content-type-options", "nosniff"],
  // No answer of this server is a page.
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
] as const;

/** Sets what every answer has, so that no browser takes it for a page, a script or a frame. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of headers) response.setHeader(name, value);
}

/** Does so for every request of a server, before anyone else looks at it; to be called when all others listen. */
export function addSecurityHeaders(httpServer: HttpServer): void {
  httpServer.prependListener("request", (_request, response) => setSecurityHeaders(response));
}
