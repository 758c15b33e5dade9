/** The schemes for which `URL` returns an origin. */
const webSchemes = ["http:", "https:"];

/**
 * An app's origin, such as `capacitor://localhost`.
 * Matches in linear time: no two parts can match the same text.
 */
const appOrigin = /^([a-z][a-z0-9+.-]*):\/\/([a-z0-9][a-z0-9._-]*(?::\d{1,5})?)?$/;

/**
 * Returns an origin as browsers write it (RFC 6454, 6.2): lower case, without default port and path. Returns
 * undefined for text that is not an origin. Keeps `null`, the origin of sandboxed pages and files. Accepts
 * app schemes too, such as `capacitor://localhost`.
 */
export function parseOrigin(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (lower === "null") return lower;
  if (!webSchemes.some((scheme) => lower.startsWith(scheme)))
    return appOrigin.test(lower) ? lower : undefined;
  // `URL` would accept a path, a user, an asterisk, and a host without slashes.
  if (!/^https?:\/\/[^\s/?#@\\*]+$/.test(lower) || !URL.canParse(lower)) return undefined;
  return new URL(lower).origin;
}
