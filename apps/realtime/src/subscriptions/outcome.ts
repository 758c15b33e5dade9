import { ProtocolError, toProtocolError } from "@roomcast/events";

/** What was asked for, or why there is nothing; a fault of our own still has its cause. */
export type Outcome<Value> = Value | ProtocolError;

/** Whether there is what was asked for. */
export function isDone<Value extends object>(outcome: Outcome<Value>): outcome is Value {
  return !(outcome instanceof ProtocolError);
}

/** Never rejects: what goes wrong is the outcome. */
export async function outcomeOf<Value>(work: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return await work();
  } catch (error) {
    return toProtocolError(error);
  }
}
