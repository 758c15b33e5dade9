import { ProtocolError } from "@roomcast/events";
import type { Replication } from "@roomcast/service";
import type { AppendGroup } from "../append-group.ts";
import { parseEpochs } from "../epochs.ts";
import type { Appended, LogHead } from "../event-log.ts";
import type { EncodedRequest } from "./append-command.ts";
import { codeIn, unknown } from "./append-errors.ts";
import { conflict, type EntryOutcome, type ScriptReply } from "./append-script.ts";

/** A call that waits for the script: it appends an entry, or only asks for the end of the log. */
export type AppendCall = {
  deadlineMs: number;
  group: AppendGroup;
  reject: (error: ProtocolError) => void;
} & (
  | { encoded: EncodedRequest; resolve: (appended: Appended) => void }
  | { encoded?: undefined; quietMs: number; resolve: (head: LogHead) => void }
);

type EntryCall = Extract<AppendCall, { encoded: EncodedRequest }>;

/** Redis does nothing else while a script runs, so a batch must take no more than a millisecond or two. */
const maxEntries = 256;
const maxLength = 1024 * 1024;

/** Calls that one run of the script answers. */
export class AppendBatch {
  readonly calls: readonly AppendCall[];
  readonly takenAtMs = performance.now();
  readonly #entries: readonly EntryCall[];

  /** Takes the next calls from a queue: as many groups as one script may write, at least one. */
  constructor(queue: AppendCall[]) {
    this.calls = queue.splice(0, countOf(queue));
    this.#entries = this.calls.filter((call): call is EntryCall => call.encoded !== undefined);
  }

  get requests(): readonly EncodedRequest[] {
    return this.#entries.map(({ encoded }) => encoded);
  }

  /** The shortest quiet time after which a caller wants a heartbeat; 0 if no caller wants one. */
  get quietMs(): number {
    const wanted = this.calls.flatMap((call) => (call.encoded || call.quietMs === 0 ? [] : [call.quietMs]));
    return wanted.length === 0 ? 0 : Math.min(...wanted);
  }

  /** Settles every call with the script's reply. Returns the calls that also wait for a Redis replica. */
  answer([epoch, epochs, offset, outcomes]: ScriptReply): WrittenCall[] {
    const written: WrittenCall[] = [];
    for (const [index, call] of this.#entries.entries()) {
      const outcome = outcomes[index] as EntryOutcome;
      const appended = typeof outcome === "string" ? undefined : appendedOf(call, outcome, epoch);
      if (appended === undefined) call.reject(errorOf(outcome as string));
      else if (isWrittenEnough(call)) call.resolve(appended);
      else written.push({ call, appended });
    }
    if (this.#entries.length < this.calls.length) {
      const head: LogHead = { offset, epochs: parseEpochs(epochs) };
      for (const call of this.calls) if (call.encoded === undefined) call.resolve(head);
    }
    return written;
  }

  /** Rejects the calls whose deadline has passed. */
  failOverdue(nowMs: number, error: () => ProtocolError): void {
    for (const call of this.calls) if (call.deadlineMs <= nowMs) call.reject(error());
  }

  /** Rejects every call. */
  fail(error: ProtocolError): void {
    for (const call of this.calls) call.reject(error);
  }
}

/** A call whose entry is in the log and that still waits for a Redis replica. */
export interface WrittenCall {
  call: EntryCall;
  appended: Appended;
}

/** Settles a call, depending on whether a Redis replica has its entry. */
export function settleReplicated({ call, appended }: WrittenCall, replication: Replication): void {
  const isEnough =
    replication === "confirmed" ||
    (replication === "none" && call.encoded.request.ack === "replicated_if_any");
  if (isEnough) return call.resolve(appended);
  const reason =
    replication === "none" ? "no replica is connected to Redis" : "no replica confirmed it in time";
  call.reject(new ProtocolError("not_replicated", `the entry is written, but ${reason}`));
}

function countOf(queue: readonly AppendCall[]): number {
  let [count, length] = [0, 0];
  for (let next = queue[0]; next !== undefined; next = queue[count]) {
    const { group } = next;
    if (count > 0 && (count + group.calls > maxEntries || length + group.length > maxLength)) break;
    count += group.calls;
    length += group.length;
  }
  return count;
}

function isWrittenEnough({ encoded: { request } }: EntryCall): boolean {
  return request.ack === undefined || request.ack === "primary";
}

function appendedOf({ encoded }: EntryCall, outcome: Exclude<EntryOutcome, string>, epoch: string): Appended {
  if (typeof outcome === "number")
    return { id: encoded.request.id, position: { epoch, offset: outcome }, duplicate: false };
  const [offset, firstEpoch, id] = outcome;
  return { id, position: { epoch: firstEpoch, offset }, duplicate: true };
}

function errorOf(outcome: string): ProtocolError {
  return outcome === conflict
    ? new ProtocolError("idempotency_conflict", "the idempotency key was used with other content")
    : unknown(
        `the entry is in the log, but Redis refused to write it to a history (${codeIn(outcome)})`,
        new Error(outcome),
      );
}
