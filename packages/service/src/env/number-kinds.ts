import type { ValueKind } from "./value-kind.ts";

/** Inclusive bounds, in the unit of the variable. */
export interface Bounds {
  min?: number;
  max?: number;
}

/** A whole number. */
export function integerKind(bounds: Bounds): ValueKind<number> {
  const parse = (text: string) => (/^-?\d+$/.test(text) ? bounded(Number(text), bounds) : undefined);
  return { name: "integer", expected: `an integer${boundsText(bounds)}`, parse, standIn: 0 };
}

/** A number of seconds, perhaps with a fraction, read as milliseconds. */
export function secondsKind(limits: Bounds): ValueKind<number> {
  const bounds = { min: 0, ...limits };
  return {
    name: "seconds",
    unit: "seconds",
    expected: `a number of seconds${boundsText(bounds)}`,
    parse: (text) => {
      const seconds = /^\d+(\.\d+)?$/.test(text) ? bounded(Number(text), bounds) : undefined;
      return seconds === undefined ? undefined : Math.round(seconds * 1000);
    },
    standIn: 0,
  };
}

const byteUnits = new Map([
  ["", 1],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);

/** A number of bytes, perhaps with the suffix KiB, MiB or GiB. */
export function bytesKind(limits: Bounds): ValueKind<number> {
  const bounds = { min: 0, ...limits };
  return {
    name: "bytes",
    unit: "bytes",
    expected: `a number of bytes${boundsText(bounds)}, perhaps with the suffix KiB, MiB or GiB`,
    parse: (text) => {
      const match = /^(\d+)([A-Za-z]*)$/.exec(text);
      const factor = byteUnits.get(match?.[2] ?? "") ?? Number.NaN;
      return bounded(Number(match?.[1]) * factor, bounds);
    },
    standIn: 0,
  };
}

function bounded(value: number, { min = -Infinity, max = Infinity }: Bounds): number | undefined {
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value);
  return isExact && value >= min && value <= max ? value : undefined;
}

function boundsText({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}
