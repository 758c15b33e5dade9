import type { IncomingMessage } from "node:http";

/**
 * Allows the listed origins exactly, or all with `*`. `allowLocal` adds every page on this machine, for development.
 * Without a list, only pages served from the same host as the server may connect.
 */
export function createOriginCheck(origins: readonly string[], allowLocal: boolean) {
  const listed = new Set(origins);
  return (request: Pick<IncomingMessage, "headers">): boolean => {
    const { origin, host } = request.headers;
    if (origin === undefined || listed.has("*") || listed.has(origin)) return true;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url === undefined) return false;
    if (url.host === host) return true;
    return allowLocal && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  };
}
