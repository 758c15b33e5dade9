import type { IncomingMessage } from "node:http";

const localHosts = ["localhost", "127.0.0.1", "[::1]"];
const localAddresses = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];

/** Headers with which proxies report the client's address. */
const addressHeaders = [
  "x-forwarded-for",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "fastly-client-ip",
  "fly-client-ip",
];
/** Headers with which proxies report the requested host. */
const hostHeaders = ["x-forwarded-host", "x-forwarded-server", "x-original-host"];
/** Headers that only proxies send. Their presence is enough. */
const proxyHeaders = ["forwarded", "via"];
/** Headers with which a browser names the page. */
const pageHeaders = ["origin", "referer"];

/**
 * Whether a request comes from this machine, from a program or from a page with a local name. The peer's
 * address and Host are not enough, because a proxy on this machine may have replaced them. So no other header
 * may name another machine. With DNS rebinding, a page's own name resolves to this address, but its Host
 * still has that name.
 */
export function isLocalRequest({ headers, socket, httpVersion }: IncomingMessage): boolean {
  const all = (names: readonly string[], fits: (value: string) => boolean) =>
    names
      .flatMap((name) => headers[name] ?? [])
      .every((value) => value.split(",").every((one) => fits(one.trim())));
  return (
    localAddresses.includes(socket.remoteAddress ?? "") &&
    isLocalUrl(`http://${headers.host}`) &&
    // nginx uses HTTP/1.0 to its upstreams by default, without forwarding headers. No browser uses it.
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
