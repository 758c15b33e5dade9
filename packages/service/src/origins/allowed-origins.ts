import { parseOrigin } from "./parse-origin.ts";

/** All origins below a domain, such as `https://*.example.com`. */
interface Subdomains {
  /** `https://` */
  start: string;
  /** `.example.com`, with the port unless it is the scheme's default. */
  end: string;
}

/** Replaces the wildcard while the rest is parsed as an origin. */
const standIn = "any";

/**
 * The origins that a server trusts: `*`, exact origins, and all subdomains of a domain.
 * Compares parsed origins.
 */
export class AllowedOrigins {
  readonly #exact = new Set<string>();
  readonly #subdomains: Subdomains[] = [];
  #isOpen = false;

  /** Parses the items of `CORS_ORIGINS`. Throws an `Error` for an item that can match nothing. */
  constructor(items: readonly string[]) {
    for (const item of items) this.#add(item);
  }

  /** Whether every origin is allowed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether an item names the origin, exactly or as a subdomain. `*` names no origin. */
  names(origin: string): boolean {
    const parsed = parseOrigin(origin);
    if (parsed === undefined) return false;
    return this.#exact.has(parsed) || this.#subdomains.some((subdomains) => isBelow(parsed, subdomains));
  }

  /** Whether pages of the origin are allowed. */
  allows(origin: string): boolean {
    return this.#isOpen || this.names(origin);
  }

  #add(item: string): void {
    if (item === "*") {
      this.#isOpen = true;
      return;
    }
    const subdomains = parseSubdomains(item);
    if (subdomains !== undefined) {
      this.#subdomains.push(subdomains);
      return;
    }
    const origin = parseOrigin(item);
    if (origin === undefined) throw new Error(`\`${item}\` is not an origin`);
    this.#exact.add(origin);
  }
}

/** Returns undefined without a wildcard, or if the wildcard covers more than the subdomains of one domain. */
function parseSubdomains(item: string): Subdomains | undefined {
  const [, scheme, domain] = /^(https?:\/\/)\*(\.[^.*]+\.[^*]+)$/i.exec(item) ?? [];
  if (scheme === undefined || domain === undefined) return undefined;
  const origin = parseOrigin(`${scheme}${standIn}${domain}`);
  const start = scheme.toLowerCase();
  return origin === undefined ? undefined : { start, end: origin.slice(start.length + standIn.length) };
}

function isBelow(origin: string, { start, end }: Subdomains): boolean {
  return origin.startsWith(start) && origin.endsWith(end) && origin.length > start.length + end.length;
}
