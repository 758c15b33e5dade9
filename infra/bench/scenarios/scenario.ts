import type { Environment } from "../environment.ts";
import type { Table } from "../table.ts";

/** Measures one property of all servers. */
export type Scenario = (environment: Environment) => Promise<Table>;
