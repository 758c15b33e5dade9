import type { IncomingMessage } from "node:http";
import proxyAddr from "proxy-addr";
import type { Logger } from "../logger.ts";
import { addressKey, bareAddress } from "./address-key.ts";

type Request = Pick<IncomingMessage, "headers"> & {
  socket: Pick<IncomingMessage["socket"], "remoteAddress">;
};

/** Says which address a request comes from: its peer's, or what trusted proxies say of theirs. */
export class ClientAddresses {
  readonly #isTrusted: (address: string) => boolean;
  readonly #logger: Pick<Logger, "warn">;
  #hasWarned = false;

  /** `trusted`: as in `TRUSTED_PROXIES`; throws a plain `Error` for an item that is neither a name nor an address. */
  constructor(trusted: readonly string[], logger: Pick<Logger, "warn">) {
    const trusts = proxyAddr.compile([...trusted]);
    this.#isTrusted = (address) => trusts(address, 0);
    this.#logger = logger;
  }

  /**
   * The client's address as it is counted: IPv4, or the /64 of IPv6. What no proxy should have written counts as the address of
   * the proxy that handed it on. Warns once of `X-Forwarded-For` from a peer that is not trusted. Undefined when the
   * connection is gone.
   */
  of(request: Request): string | undefined {
    const peer = bareAddress(request.socket.remoteAddress ?? "");
    if (peer === undefined) return undefined;
    const forwarded = request.headers["x-forwarded-for"];
    if (forwarded === undefined) return addressKey(peer);
    if (!this.#isTrusted(peer)) {
      this.#warn(peer);
      return addressKey(peer);
    }
    return addressKey(this.#behind(peer, String(forwarded).split(",").reverse()));
  }

  /** From the nearest hop to the client, as far as each was named by one that is trusted. */
  #behind(proxy: string, hops: readonly string[]): string {
    let nearest = proxy;
    for (const hop of hops) {
      const address = bareAddress(hop);
      if (address === undefined) return nearest;
      nearest = address;
      if (!this.#isTrusted(address)) return nearest;
    }
    return nearest;
  }

  #warn(peer: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(
      { peer },
      "X-Forwarded-For comes from a peer that is not in TRUSTED_PROXIES: if it is your proxy, name it there, or all of its clients count as one address",
    );
  }
}
