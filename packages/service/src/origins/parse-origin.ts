/** Schemes that `URL` knows; of all others it does not know what an origin is. */
const webSchemes = ["http:", "https:"];

/** The scheme and host of an app's pages, e.g. `capacitor://localhost`. Linear: no two parts can match the same text. */
const appOrigin = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9][a-z0-9._-]*(?::\d{1,5})?)?$/;

/**
 * An origin in the one way a browser writes it (RFC 6454, 6.2): lower case, no default port, no path. Undefined for a text
 * that is no origin. `null` stays: sandboxed pages and files have it. Schemes of apps, such as `capacitor://localhost`, are
 * origins too.
 */
export function parseOrigin(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (lower === "null") return lower;
  if (!webSchemes.some((scheme) => lower.startsWith(scheme)))
    return appOrigin.test(lower) ? lower : undefined;
  // `URL` would take a path, a user, an asterisk and a host without slashes for good.
  if (!/^https?:\/\/[^\s/?#@\\*]+$/.test(lower) || !URL.canParse(lower)) return undefined;
  return new URL(lower).origin;
}
