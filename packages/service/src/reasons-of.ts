/** Enough to say what happened. The bound is needed because an error may quote what a client sent. */
const maxLength = 300;

/** Returns an error and its causes as one line of at most 300 characters, without a stack. */
export function reasonsOf(error: unknown): string {
  return chain(error).slice(0, maxLength);
}

function chain(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const isEnd = error.cause === undefined || depth === 4;
  return isEnd ? error.message : `${error.message} (${chain(error.cause, depth + 1)})`;
}
