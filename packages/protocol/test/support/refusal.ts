import { ProtocolError } from "@roomcast/protocol";

/** The error that `act` throws for the caller to see; anything else fails the test. */
export function refusalOf(act: () => unknown): ProtocolError {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error("expected a refusal, and there was none");
}
