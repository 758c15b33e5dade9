export type { ApiContext, StatsSource } from "./api-context.ts";
export { type ApiConfig, apiVariables, readApiOptions, readConfig } from "./config.ts";
export { createApi } from "./create-api.ts";
export type { Problem } from "./http/problem.ts";
export { registryStats } from "./registry-stats.ts";
export { type DomainRoute, domainTable } from "./routes/domain-table.ts";
export type { WebsocketStats } from "./routes/websocket-stats.ts";
export { type RunningApi, startApi } from "./start-api.ts";
