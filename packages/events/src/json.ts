const maxDepth = 16;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Whether a parsed JSON value is at most 16 levels deep and has no key that could reach a prototype.
 * Deeper values overflow the recursive walks of Socket.IO's encoder when they are sent on.
 */
export function isBoundedJson(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (depth >= maxDepth) return false;
  if (Array.isArray(value)) return value.every((item) => isBoundedJson(item, depth + 1));
  return Object.keys(value).every(
    (key) => !forbiddenKeys.has(key) && isBoundedJson((value as Record<string, unknown>)[key], depth + 1),
  );
}
