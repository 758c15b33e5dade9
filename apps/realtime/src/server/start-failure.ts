/** Resolves with the error if a start fails; otherwise never. */
export function failureOf(start: Promise<unknown>): Promise<Error> {
  return new Promise((resolve) => {
    start.catch(resolve);
  });
}
