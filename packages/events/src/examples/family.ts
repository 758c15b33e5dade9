import type { EventData, EventType } from "../catalogue.ts";

/** Data for every event type of one family. */
export type FamilyExamples<Family extends string> = {
  readonly [T in Extract<EventType, `${Family}.${string}`>]: EventData<T>;
};
