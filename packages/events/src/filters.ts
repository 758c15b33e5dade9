/** A JSON scalar a filter compares with. */
export type FilterValue = string | number | boolean | null;

/** Conditions of one field: all of them must hold. */
export interface FilterConditions {
  eq?: FilterValue;
  ne?: FilterValue;
  in?: FilterValue[];
  nin?: FilterValue[];
  gt?: string | number;
  gte?: string | number;
  lt?: string | number;
  lte?: string | number;
}

/** Conditions by field of the event's data: a value (equality), a list (one of), or conditions. All fields must pass. */
export type Filters = Record<string, FilterValue | FilterValue[] | FilterConditions>;
