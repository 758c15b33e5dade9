import type { EventData, EventType } from "@roomcast/events";

// An enum's members are also accepted by their text: a caller may write "active" for ProjectStatus.Active.
type Plain<Value> = Value extends string
  ? `${Value}`
  : Value extends readonly (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: Plain<Value[Key]> }
      : Value;

/** What a publisher passes as an event's data: a plain object with the fields of the catalogue's class. */
export type EventInput<T extends EventType> = Plain<EventData<T>>;
