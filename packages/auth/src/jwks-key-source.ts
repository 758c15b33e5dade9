import { ProtocolError } from "@roomcast/events";
import { requestJson } from "./http-json.ts";
import { keySetAlgorithms, type NamedKey, parseKeySet } from "./jwk.ts";
import type { TokenHeader } from "./token-header.ts";
import type { KeySource, VerificationKey } from "./verification-key.ts";

/** How long a fetched key set is trusted. After that, a key that the issuer has withdrawn is refused. */
const maxAgeMs = 600_000;

/** At most one fetch in this time, however many unknown keys tokens name. */
const minIntervalMs = 5_000;

/** How many tokens may wait for the next fetch. */
const maxWaiting = 1_000;

export interface JwksKeySourceOptions {
  /** How long one fetch may take. */
  timeoutMs: number;
  /** A monotonic clock in milliseconds. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/**
 * The keys of a JWKS URL, fetched as a whole. A `kid` counts as unknown only if it is missing in a set that
 * was fetched after the token arrived, because the issuer may have rotated its keys. The token waits for the
 * next fetch. Attackers who invent key names can neither flood the issuer nor delay tokens with a known key.
 * If too many tokens wait, further ones are refused with `unavailable`.
 */
export class JwksKeySource implements KeySource {
  readonly #url: URL;
  readonly #options: JwksKeySourceOptions;
  #keys: readonly NamedKey[] = [];
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  /** The next fetch, which begins when the interval is over. */
  #next: Promise<void> | undefined;
  #waiting = 0;
  #failure: unknown;

  constructor(url: URL, options: JwksKeySourceOptions) {
    this.#url = url;
    this.#options = options;
  }

  async keyFor(header: TokenHeader): Promise<VerificationKey> {
    if (header.kid === undefined || !keySetAlgorithms.some((name) => name === header.alg)) throw refusal();
    const found = this.#find(header) ?? (await this.#findUnderWay(header)) ?? (await this.#findAnew(header));
    if (found !== undefined) return found;
    throw this.#failure === undefined ? refusal() : unavailable(this.#failure);
  }

  /** Compares name and algorithm, because RFC 7517 §4.5 allows keys of different types to share a `kid`. */
  #find({ kid, alg }: TokenHeader): NamedKey | undefined {
    if (this.#options.now() - this.#fetchedAtMs >= maxAgeMs) return undefined;
    return this.#keys.find((key) => key.kid === kid && key.algorithms.some((name) => name === alg));
  }

  async #findUnderWay(header: TokenHeader): Promise<NamedKey | undefined> {
    await this.#fetching;
    return this.#find(header);
  }

  /** Looks in a set whose fetch begins after the call. Does not repeat a fetch that has just failed. */
  async #findAnew(header: TokenHeader): Promise<NamedKey | undefined> {
    // A fetch in flight has begun after the token arrived, because `#findUnderWay` awaited the one before.
    const pauseMs = this.#triedAtMs + minIntervalMs - this.#options.now();
    if (this.#fetching !== undefined || pauseMs <= 0) await (this.#fetching ?? this.#fetch());
    else if (this.#failure === undefined) await this.#wait(pauseMs);
    return this.#find(header);
  }

  async #wait(pauseMs: number): Promise<void> {
    if (this.#waiting >= maxWaiting)
      throw unavailable(new Error(`${maxWaiting} tokens already wait for the next fetch`));
    this.#waiting++;
    try {
      this.#next ??= this.#fetchAfter(pauseMs);
      await this.#next;
    } finally {
      this.#waiting--;
    }
  }

  async #fetchAfter(pauseMs: number): Promise<void> {
    const before = this.#triedAtMs;
    await this.#options.sleep(pauseMs);
    this.#next = undefined;
    // Another token may have fetched after the pause was over, but before the sleep ended.
    if (this.#triedAtMs !== before) await this.#fetching;
    else await this.#fetch();
  }

  #fetch(): Promise<void> {
    this.#triedAtMs = this.#options.now();
    this.#fetching = this.#request().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #request(): Promise<void> {
    try {
      const document = await requestJson(this.#url, { timeoutMs: this.#options.timeoutMs });
      this.#keys = parseKeySet(document);
      this.#fetchedAtMs = this.#options.now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }
}

function refusal(): ProtocolError {
  return new ProtocolError("unauthorized", "the token is signed with an unknown key");
}

function unavailable(cause: unknown): ProtocolError {
  return new ProtocolError("unavailable", "the keys to verify tokens cannot be fetched now", { cause });
}
