import { ProtocolError } from "./errors.ts";

/** Runs the work on one item of a batch; a `ProtocolError` it throws is rethrown naming the item, such as `events[3]`. */
export function inItem<Result>(item: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ProtocolError ? ofItem(item, error) : error;
  }
}

/** The error of one item of a batch, naming it. */
export function ofItem(item: string, error: ProtocolError): ProtocolError {
  const details = error.details?.map(({ field, message }) => ({ field: `${item}.${field}`, message }));
  return new ProtocolError(error.code, `${item}: ${error.message}`, { cause: error, details });
}
