import type { IncomingMessage } from "node:http";
import type { ClientAddresses } from "@roomcast/service";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import { type BucketRule, takeToken } from "../sessions/token-bucket.ts";

/** Buckets kept of one kind; those that have been full for longest go first, and begin anew. */
const maxBuckets = 50_000;

/** Handshakes of one address come in waves, of an office after a deploy for example. */
const secondsOfAddress = 20;

/** For each token that is refused to an address, so many connections may begin there. */
const connectionsPerRefusal = 100;

/** Of a user's handshakes, and of refused ones. */
const secondsOfBurst = 30;
/** In which each connection that a user may have may come back once. */
const secondsPerConnection = 5;

export interface HandshakeLimitsOptions {
  addresses: Pick<ClientAddresses, "of">;
  /** New connections of one address in a second; bursts of 20 times as many. */
  addressRate: number;
  /** Handshakes of one user in a second, and at least one in 5 for each connection; bursts of 30 times as many. */
  handshakeRate: number;
  maxConnectionsPerUser: number;
}

type Buckets = LRUCache<string, number>;

/** A request, or what is left of it once its connection has entered a namespace. */
type Request = Pick<IncomingMessage, "headers"> & Partial<Pick<IncomingMessage, "socket">>;

/** Bounds the handshakes that one address, and one user, can have this replica check. */
export class HandshakeLimits {
  readonly #options: HandshakeLimitsOptions;
  readonly #ofAddresses: Buckets = new LRUCache(lruBound(maxBuckets));
  readonly #refused: Buckets = new LRUCache(lruBound(maxBuckets));
  readonly #ofUsers: Buckets = new LRUCache(lruBound(maxBuckets));
  readonly #addressRule: BucketRule;
  readonly #refusalRule: BucketRule;
  readonly #userRule: BucketRule;

  constructor(options: HandshakeLimitsOptions) {
    const { addressRate, handshakeRate, maxConnectionsPerUser } = options;
    this.#options = options;
    this.#addressRule = { rate: addressRate, burst: addressRate * secondsOfAddress };
    const refusalRate = addressRate / connectionsPerRefusal;
    this.#refusalRule = { rate: refusalRate, burst: refusalRate * secondsOfBurst };
    const userRate = Math.max(handshakeRate, maxConnectionsPerUser / secondsPerConnection);
    this.#userRule = { rate: userRate, burst: userRate * secondsOfBurst };
  }

  /** Whether a request may begin a connection; counts it. */
  mayConnect(request: Request): boolean {
    const address = this.#addressOf(request);
    if (address === undefined) return true;
    return this.mayCheck(request) && take(this.#ofAddresses, address, this.#addressRule);
  }

  /** Whether a token may be checked; not after many that were refused. */
  mayCheck(request: Request): boolean {
    const address = this.#addressOf(request);
    return address === undefined || has(this.#refused, address, this.#refusalRule);
  }

  /** Counts a refused token. */
  refused(request: Request): void {
    const address = this.#addressOf(request);
    if (address !== undefined) take(this.#refused, address, this.#refusalRule);
  }

  /** Whether the user of a token may begin a session, or come back to one; counts it. */
  mayEnter(userId: string): boolean {
    return take(this.#ofUsers, userId, this.#userRule);
  }

  /** Undefined after the connection's first namespace, whose token was good. */
  #addressOf({ headers, socket }: Request): string | undefined {
    return socket === undefined ? undefined : this.#options.addresses.of({ headers, socket });
  }
}

function has(buckets: Buckets, key: string, rule: BucketRule): boolean {
  return takeToken(buckets.peek(key) ?? 0, rule) !== undefined;
}

function take(buckets: Buckets, key: string, rule: BucketRule): boolean {
  const fullAtMs = takeToken(buckets.peek(key) ?? 0, rule);
  if (fullAtMs !== undefined) buckets.set(key, fullAtMs);
  return fullAtMs !== undefined;
}
