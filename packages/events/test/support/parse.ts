import {
  catalogue,
  type EventData,
  type EventType,
  exampleOf,
  ProtocolError,
  parseModel,
} from "@roomcast/events";

/** Every event type of the catalogue. */
export const eventTypes = Object.keys(catalogue) as EventType[];

/** The example of an event with some fields replaced, rightly or wrongly. */
export function exampleWith(type: EventType, replaced: Record<string, unknown>): object {
  return Object.assign(exampleOf(type), replaced);
}

/** Validates data as the broadcaster does. */
export function parseEvent<T extends EventType>(type: T, data: unknown): EventData<T> {
  return parseModel<EventData<T>>(catalogue[type].data as new () => EventData<T>, data, "invalid_event");
}

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

/** The fields that validation of an event's data complains about. */
export function badFields(type: EventType, data: unknown): string[] {
  const refusal = refusalOf(() => parseEvent(type, data));
  return [...new Set((refusal.details ?? []).map(({ field }) => field))];
}
