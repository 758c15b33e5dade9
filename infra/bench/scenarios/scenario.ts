import type { Lab } from "../lab.ts";
import type { Table } from "../table.ts";

/** Measures one thing of all contestants. */
export type Scenario = (lab: Lab) => Promise<Table>;
