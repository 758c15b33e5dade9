import proxyAddr from "proxy-addr";
import type { EnvReader } from "../env/env-reader.ts";

const howTo = "write addresses, ranges such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`";

/** Reads `TRUSTED_PROXIES`: the proxies whose `X-Forwarded-For` is believed. */
export function readTrustedProxies(read: EnvReader): readonly string[] {
  const items = read.list("TRUSTED_PROXIES", {
    default: [],
    pattern: /^\S+$/,
    expected: "addresses, ranges such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`",
    description:
      "Proxies in front of the server, whose `X-Forwarded-For` says where a client comes from; unset: none, and the peer counts.",
  });
  for (const item of items) {
    try {
      proxyAddr.compile([item]);
    } catch (error) {
      read.refuse("TRUSTED_PROXIES", `cannot be used: ${(error as Error).message}; ${howTo}`);
    }
  }
  return items;
}
