import type { EventData, EventType } from "@roomcast/events";
import type { PublishOptions } from "./publish-options.ts";
import type { Published } from "./published.ts";

type PascalCase<Name extends string> = Name extends `${infer Head}.${infer Tail}`
  ? `${PascalCase<Head>}${PascalCase<Tail>}`
  : Name extends `${infer Head}_${infer Tail}`
    ? `${Capitalize<Head>}${PascalCase<Tail>}`
    : Capitalize<Name>;

/** The broadcaster's method for an event type: `agent.status_changed` → `broadcastAgentStatusChanged`. */
export type BroadcastMethodName<T extends string = EventType> = `broadcast${PascalCase<T>}`;

/** One method per catalogue event, each a `publish` of its type. */
export type BroadcastMethods = {
  [T in EventType as BroadcastMethodName<T>]: (
    data: EventData<T>,
    options?: PublishOptions,
  ) => Promise<Published>;
};

/** The name of the broadcaster's method for an event type; the runtime twin of `BroadcastMethodName`. */
export function broadcastMethodName<T extends EventType>(type: T): BroadcastMethodName<T> {
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `broadcast${words.join("")}` as BroadcastMethodName<T>;
}
