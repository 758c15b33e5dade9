import type { IncomingMessage } from "node:http";
import type { ClientAddresses } from "@roomcast/service";
import { lruBound } from "@roomcast/service";
import { LRUCache } from "lru-cache";
import { type BucketRule, takeToken } from "../sessions/token-bucket.ts";

/** Buckets of one kind. Beyond this number the least recently used is dropped, and begins full again. */
const maxBuckets = 50_000;

/** Handshakes of one address come in waves, for example from an office after a deployment. */
const secondsOfAddress = 20;

/** New connections that an address may begin for each refused token that it may cause. */
const connectionsPerRefusal = 100;

/** For the handshakes of a user and for refused tokens. */
const secondsOfBurst = 30;
/** Within this time each connection that a user may have may reconnect once. */
const secondsPerConnection = 5;

export interface HandshakeLimitsOptions {
  addresses: Pick<ClientAddresses, "of">;
  /** New connections of one address per second; bursts of 20 times as many. */
  addressRate: number;
  /**
   * Handshakes of one user per second, and at least one every 5 s for each connection that the user may have;
   * bursts of 30 times as many.
   */
  handshakeRate: number;
  maxConnectionsPerUser: number;
}

type Buckets = LRUCache<string, number>;

/** A request, or the rest of it after its connection has entered a namespace. */
type Request = Pick<IncomingMessage, "headers"> & Partial<Pick<IncomingMessage, "socket">>;

/** Limits the handshakes that one address, and one user, can make this replica check. */
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

  /** Whether a token may be checked; false after many refused tokens. */
  mayCheck(request: Request): boolean {
    const address = this.#addressOf(request);
    return address === undefined || has(this.#refused, address, this.#refusalRule);
  }

  /** Counts a refused token. */
  refused(request: Request): void {
    const address = this.#addressOf(request);
    if (address !== undefined) take(this.#refused, address, this.#refusalRule);
  }

  /** Whether the user of a token may begin or resume a session; counts it. */
  mayEnter(userId: string): boolean {
    return take(this.#ofUsers, userId, this.#userRule);
  }

  /** Undefined after the connection has entered its first namespace, because its token was valid there. */
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
