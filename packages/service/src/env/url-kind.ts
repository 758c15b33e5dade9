import type { ValueKind } from "./value-kind.ts";

/** Which URLs are allowed. */
export interface UrlShape {
  /** With the colon, e.g. `["https:"]`; default http and https. */
  protocols?: readonly [string, ...string[]];
  /** Whether `scheme://host:port,host:port/path` is allowed, the form for Sentinel addresses. */
  severalHosts?: boolean;
}

/** A URL, returned as it was written. It is never shown, because it may contain a password. */
export function urlKind({
  protocols = ["http:", "https:"],
  severalHosts = false,
}: UrlShape): ValueKind<string> {
  const fits = (text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol);
  return {
    name: "url",
    expected: `a URL that begins with ${protocols.map((protocol) => `\`${protocol}//\``).join(" or ")}`,
    parse: (text) => ((severalHosts ? eachHost(text) : [text]).every(fits) ? text : undefined),
    standIn: `${protocols[0]}//stand-in`,
    confidential: true,
  };
}

/** Returns one URL for each host, because `URL` supports only one host. */
function eachHost(text: string): string[] {
  const match = /^([a-z+]+:\/\/(?:[^@/]*@)?)([^/?#@]+)($|[/?#].*$)/i.exec(text);
  if (match === null) return [text];
  const [, start = "", hosts = "", rest = ""] = match;
  return hosts.split(",").map((host) => (host === "" ? "" : `${start}${host}${rest}`));
}
