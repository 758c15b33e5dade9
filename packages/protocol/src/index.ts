export * from "./commands.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export { roomsOf } from "./event-rooms.ts";
export * from "./filters.ts";
export { instantOf } from "./instant.ts";
export { inItem, ofItem } from "./item-error.ts";
export {
  isKeptNumber,
  type JsonFault,
  type JsonRules,
  jsonFaultIn,
  LossyNumber,
  shown,
} from "./json.ts";
export * from "./position.ts";
export * from "./rooms.ts";
export * from "./socket-events.ts";
