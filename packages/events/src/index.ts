export * from "@roomcast/protocol";
export * from "./catalogue.ts";
export * from "./commands.ts";
export type { EventDefinition } from "./define-event.ts";
export type {
  ClientToServerEvents,
  EventEnvelope,
  HistoryPage,
  ServerToClientEvents,
} from "./envelope.ts";
export { exampleOf } from "./examples.ts";
export { type DeclaredField, declaredFields, type FieldType, fieldsOf, filterFields } from "./fields.ts";
export * from "./models/account.ts";
export * from "./models/agent.ts";
export * from "./models/ai.ts";
export type { ValueOf } from "./models/constraints.ts";
export * from "./models/instance.ts";
export * from "./models/issue.ts";
export * from "./models/notification.ts";
export * from "./models/project.ts";
export * from "./models/pull-request.ts";
export * from "./models/system.ts";
export * from "./models/workflow.ts";
export * from "./parse-filters.ts";
export { parseModel, refusal } from "./validation.ts";
