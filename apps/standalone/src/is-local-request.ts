import type { IncomingMessage } from "node:http";

const localHosts = ["localhost", "127.0.0.1", "[::1]"];
const localAddresses = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/** What proxies tell of the client's address. */
const addressHeaders = [
  "x-forwarded-for",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "fastly-client-ip",
  "fly-client-ip",
];
/** What proxies tell of the host that the client asked for. */
const hostHeaders = ["x-forwarded-host", "x-forwarded-server", "x-original-host"];
/** What only proxies send, in forms that are not worth reading. */
const proxyHeaders = ["forwarded", "via"];
/** What a browser tells of the page. */
const pageHeaders = ["origin", "referer"];

/**
 * Whether a request was made on this machine, by a program or by a page that was opened under a local name. Peer and Host
 * alone do not say so: a proxy on this machine may have put its own in their place. So nothing else may name another
 * machine. A page that has its name resolve to this address (DNS rebinding) has that name for its Host.
 */
export function isLocalRequest({ headers, socket, httpVersion }: IncomingMessage): boolean {
  const all = (names: readonly string[], fits: (value: string) => boolean) =>
    names
      .flatMap((name) => headers[name] ?? [])
      .every((value) => value.split(",").every((one) => fits(one.trim())));
  return (
    localAddresses.includes(socket.remoteAddress ?? "") &&
    isLocalUrl(`http://${headers.host}`) &&
    // What nginx speaks to its upstreams if nobody told it otherwise, without any forwarding header; no browser does.
    httpVersion !== "1.0" &&
    all(addressHeaders, (address) => localAddresses.includes(address)) &&
    all(hostHeaders, (host) => isLocalUrl(`http://${host}`)) &&
    all(proxyHeaders, () => false) &&
    all(pageHeaders, isLocalUrl)
  );
}

function isLocalUrl(text: string): boolean {
  return URL.canParse(text) && localHosts.includes(new URL(text).hostname);
}
