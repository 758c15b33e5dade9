import { type RefObject, useInsertionEffect, useRef } from "react";

/** Always holds what the last committed render passed, so that a new function needs no new subscription. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
