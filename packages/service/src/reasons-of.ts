/** Enough to say what happened; what was sent may be quoted in it. */
const maxLength = 300;

/** An error and what caused it as one line without a stack, of at most 300 characters. */
export function reasonsOf(error: unknown): string {
  return chain(error).slice(0, maxLength);
}

function chain(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const isEnd = error.cause === undefined || depth === 4;
  return isEnd ? error.message : `${error.message} (${chain(error.cause, depth + 1)})`;
}
