import { ProtocolError } from "@roomcast/events";
import { requestJson } from "./http-json.ts";
import { keySetAlgorithms, type NamedKey, parseKeySet } from "./jwk.ts";
import type { TokenHeader } from "./token-header.ts";
import type { KeySource, VerificationKey } from "./verification-key.ts";

/** How long a fetched key set is trusted; a key withdrawn by its issuer is refused after this at the latest. */
const maxAgeMs = 600_000;

/** At most one fetch in this time, whatever tokens ask for. */
const minIntervalMs = 5_000;

/**
 * The keys of a JWKS URL, fetched as a whole. An unknown `kid` fetches again (the issuer may have rotated its keys), but
 * strangers who invent key names can neither flood the issuer nor keep a known key from being found.
 */
export class JwksKeySource implements KeySource {
  readonly #url: URL;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  #keys: readonly NamedKey[] = [];
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  #failure: unknown;

  constructor(url: URL, timeoutMs: number, now: () => number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  async keyFor(header: TokenHeader): Promise<VerificationKey> {
    if (header.kid === undefined || !keySetAlgorithms.some((name) => name === header.alg)) throw refusal();
    const known = this.#find(header);
    if (known !== undefined) return known;
    await this.#refresh();
    const found = this.#find(header);
    if (found !== undefined) return found;
    throw this.#failure === undefined ? refusal() : unavailable(this.#failure);
  }

  /** By name and algorithm, because RFC 7517 §4.5 lets keys of different types share a `kid`. */
  #find({ kid, alg }: TokenHeader): NamedKey | undefined {
    if (this.#now() - this.#fetchedAtMs >= maxAgeMs) return undefined;
    return this.#keys.find((key) => key.kid === kid && key.algorithms.some((name) => name === alg));
  }

  async #refresh(): Promise<void> {
    if (this.#fetching === undefined && this.#now() - this.#triedAtMs >= minIntervalMs) {
      this.#triedAtMs = this.#now();
      this.#fetching = this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
    }
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    try {
      this.#keys = parseKeySet(await requestJson(this.#url, { timeoutMs: this.#timeoutMs }));
      this.#fetchedAtMs = this.#now();
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
  return new ProtocolError("unavailable", "the keys to verify tokens cannot be fetched", { cause });
}
