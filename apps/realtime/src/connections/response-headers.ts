import type { Server as HttpServer, ServerResponse } from "node:http";

const headers = [
  ["x-content-type-options", "nosniff"],
  // No response of this server is a page.
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
] as const;

/** Sets the headers of every response, so that no browser takes it for a page, a script or a frame. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of headers) response.setHeader(name, value);
}

/** Sets them for every request of a server before other listeners run; to be called after those are added. */
export function addSecurityHeaders(httpServer: HttpServer): void {
  httpServer.prependListener("request", (_request, response) => setSecurityHeaders(response));
}
