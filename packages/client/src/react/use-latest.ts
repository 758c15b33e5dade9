import { type RefObject, useInsertionEffect, useRef } from "react";

/** Holds the value of the last committed render, so that a new function needs no new subscription. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
