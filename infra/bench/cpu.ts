import { readdirSync, readFileSync } from "node:fs";

/** Returns a process and all its descendants, such as the workers of nginx. */
export function processTree(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readWords(`/proc/${pid}/task/${thread}/children`).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** CPU time (user and system) of a process and its descendants since their start, in microseconds. */
export function cpuUs(pid: number): number {
  return sum(
    processTree(pid).flatMap((member) => threadsOf(member).map((thread) => threadUs(member, thread))),
  );
}

/** Resident memory of a process and its descendants, in bytes. */
export function rssBytes(pid: number): number {
  return sum(processTree(pid).map(rssOf));
}

/** `schedstat` has a thread's running time in nanoseconds; `stat` has it only in ticks of 10 ms. */
function threadUs(pid: number, thread: string): number {
  const [nanoseconds] = readWords(`/proc/${pid}/task/${thread}/schedstat`);
  if (nanoseconds !== undefined) return Number(nanoseconds) / 1_000;
  const fields = readText(`/proc/${pid}/task/${thread}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000;
}

function rssOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // The process has ended.
    return [];
  }
}

function readWords(path: string): string[] {
  return readText(path)
    .split(/\s+/)
    .filter((word) => word !== "");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The thread has ended, or this kernel does not have the file.
    return "";
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
