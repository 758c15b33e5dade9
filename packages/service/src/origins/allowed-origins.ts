import { parseOrigin } from "./parse-origin.ts";

/** All origins below a domain, e.g. those of `https://*.example.com`. */
interface Subdomains {
  /** `https://` */
  start: string;
  /** `.example.com`, with the port if it is not the scheme's own. */
  end: string;
}

/** Stands for the wildcard while the rest is parsed as an origin. */
const standIn = "any";

/** Which origins a server trusts: `*`, exact ones, and all subdomains of a domain. Compared as origins, not as texts. */
export class AllowedOrigins {
  readonly #exact = new Set<string>();
  readonly #subdomains: Subdomains[] = [];
  #isOpen = false;

  /** Takes the items of `CORS_ORIGINS`; throws an `Error` for one that could match nothing. */
  constructor(items: readonly string[]) {
    for (const item of items) this.#add(item);
  }

  /** Whether every origin may come. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the origin was named, by itself or as a subdomain; `*` names none. */
  names(origin: string): boolean {
    const parsed = parseOrigin(origin);
    if (parsed === undefined) return false;
    return this.#exact.has(parsed) || this.#subdomains.some((one) => isBelow(parsed, one));
  }

  /** Whether pages of the origin may come. */
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
    if (origin === undefined) throw new Error(`\`${item}\` is no origin`);
    this.#exact.add(origin);
  }
}

/** Undefined without a wildcard, or where it covers more than the subdomains of one domain. */
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
