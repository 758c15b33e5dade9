export * from "./allowed-origins.ts";
export * from "./parse-origin.ts";
export * from "./read-cors-origins.ts";
