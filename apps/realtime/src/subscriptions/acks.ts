import { type Ack, toProtocolError } from "@roomcast/events";

/** A command that was refused, and why. */
export type Refusal = Extract<Ack<never>, { ok: false }>;

/** The ack of a command that failed. */
export function refusal(error: unknown): Refusal {
  return { ok: false, error: toProtocolError(error).toBody() };
}

/** The ack of a command whose answer is ready, or why there is none. */
export function toAck<Data>(answer: () => Data): Ack<Data> {
  try {
    return { ok: true, data: answer() };
  } catch (error) {
    return refusal(error);
  }
}
