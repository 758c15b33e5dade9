import { type Ack, toProtocolError } from "@roomcast/events";

/** The ack of a command that was refused, with the reason. */
export type Refusal = Extract<Ack<never>, { ok: false }>;

/** The ack of a command that failed. */
export function refusal(error: unknown): Refusal {
  return { ok: false, error: toProtocolError(error).toBody() };
}

/** Runs `answer` and returns its result as an ack, or the ack of the error that it throws. */
export function toAck<Data>(answer: () => Data): Ack<Data> {
  try {
    return { ok: true, data: answer() };
  } catch (error) {
    return refusal(error);
  }
}
