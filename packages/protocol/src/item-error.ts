import { ProtocolError } from "./errors.ts";

/** Runs work on one item of a batch. Rethrows a `ProtocolError` with the item's name, such as `events[3]`. */
export function inItem<Result>(item: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ProtocolError ? ofItem(item, error) : error;
  }
}

/** Returns the error of one item of a batch with the item's name. */
export function ofItem(item: string, error: ProtocolError): ProtocolError {
  const details = error.details?.map(({ field, message }) => ({ field: `${item}.${field}`, message }));
  return new ProtocolError(error.code, `${item}: ${error.message}`, { cause: error, details });
}
