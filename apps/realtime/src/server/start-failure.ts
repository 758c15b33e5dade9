/** Resolves with the reason if a start fails, else never. */
export function failureOf(start: Promise<unknown>): Promise<Error> {
  return new Promise((resolve) => {
    start.catch(resolve);
  });
}
