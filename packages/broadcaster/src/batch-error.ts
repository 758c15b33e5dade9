import { ProtocolError } from "@roomcast/events";

/** Runs the work on one item of a batch; a `ProtocolError` it throws is rethrown naming the item as `events[index]`. */
export function inBatch<Result>(index: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ProtocolError ? naming(`events[${index}]`, error) : error;
  }
}

function naming(item: string, error: ProtocolError): ProtocolError {
  const details = error.details?.map(({ field, message }) => ({ field: `${item}.${field}`, message }));
  return new ProtocolError(error.code, `${item}: ${error.message}`, { cause: error, details });
}
