import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import proxyAddr from "proxy-addr";
import type { Logger } from "../logger.ts";
import { lruBound } from "../lru-bound.ts";
import { addressKey, bareAddress } from "./address-key.ts";

type Request = Pick<IncomingMessage, "headers"> & {
  socket: Pick<IncomingMessage["socket"], "remoteAddress">;
};

const maxKeys = 10_000;

/** Finds the client address of a request: the peer's address, or the one that trusted proxies report. */
export class ClientAddresses {
  readonly #isTrusted: (address: string) => boolean;
  readonly #logger: Pick<Logger, "warn">;
  /** By the headers of a request: a handshake asks several times, and to parse an address takes some microseconds. */
  readonly #found = new WeakMap<object, string>();
  readonly #keys = new LRUCache<string, string>(lruBound(maxKeys));
  #hasWarned = false;

  /** `trusted` is as in `TRUSTED_PROXIES`. Throws a plain `Error` for an item that is no name or address. */
  constructor(trusted: readonly string[], logger: Pick<Logger, "warn">) {
    const trusts = proxyAddr.compile([...trusted]);
    this.#isTrusted = (address) => trusts(address, 0);
    this.#logger = logger;
  }

  /**
   * Returns the key under which the client's address is counted: IPv4, or the /64 of IPv6. If a proxy
   * forwards a malformed address, the proxy's own address counts. Warns once about `X-Forwarded-For` from an
   * untrusted peer. Returns undefined when the connection is gone.
   */
  of(request: Request): string | undefined {
    const known = this.#found.get(request.headers);
    if (known !== undefined) return known;
    const found = this.#find(request);
    if (found !== undefined) this.#found.set(request.headers, found);
    return found;
  }

  #find(request: Request): string | undefined {
    const remote = request.socket.remoteAddress ?? "";
    const forwarded = request.headers["x-forwarded-for"];
    if (forwarded === undefined) return this.#keyOf(remote);
    const peer = bareAddress(remote);
    if (peer === undefined) return undefined;
    if (!this.#isTrusted(peer)) {
      this.#warn(peer);
      return addressKey(peer);
    }
    return addressKey(this.#behind(peer, String(forwarded).split(",").reverse()));
  }

  /** The key of a peer. Proxies and busy clients come again and again. */
  #keyOf(remote: string): string | undefined {
    const known = this.#keys.get(remote);
    if (known !== undefined) return known;
    const peer = bareAddress(remote);
    if (peer === undefined) return undefined;
    const key = addressKey(peer);
    this.#keys.set(remote, key);
    return key;
  }

  /** Walks from the nearest hop towards the client, as long as a trusted proxy reported each hop. */
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
      "X-Forwarded-For comes from a peer that is not in TRUSTED_PROXIES. If it is your proxy, add it there; until then all its clients count as one address",
    );
  }
}
