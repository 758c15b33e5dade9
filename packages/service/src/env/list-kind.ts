import type { TextShape, ValueKind } from "./value-kind.ts";

/** The allowed items of a list. */
export interface ListShape<T extends string> extends TextShape {
  /** The only items allowed. */
  values?: readonly T[];
  /** Whether the items are secrets. */
  confidential?: boolean;
}

/** A comma-separated list. Blanks around an item are ignored; an empty item is an error. */
export function listKind<T extends string>(shape: ListShape<T>): ValueKind<readonly T[]> {
  const { values, pattern, expected = "items", confidential = false } = shape;
  const fits = (item: string): item is T =>
    item !== "" && values?.includes(item as T) !== false && pattern?.test(item) !== false;
  const items = values?.map((value) => `\`${value}\``).join(", ") ?? expected;
  return {
    name: "list",
    expected: `a comma-separated list of ${items}`,
    parse: (text) => {
      const parsed = text.split(",").map((item) => item.trim());
      return parsed.every(fits) ? parsed : undefined;
    },
    standIn: [],
    confidential,
  };
}
