import { ProtocolError } from "@roomcast/events";
import { parseEpochs } from "../epochs.ts";
import type { Appended, AppendRequest, LogHead } from "../event-log.ts";
import type { EncodedRequest } from "./append-command.ts";
import { conflict, type EntryOutcome, type ScriptReply } from "./append-script.ts";

/** One caller's wish: to append an entry, or only to know where the log ends. */
export type AppendCall = { deadlineMs: number; reject: (error: ProtocolError) => void } & (
  | { encoded: EncodedRequest; resolve: (appended: Appended) => void }
  | { encoded?: undefined; quietMs: number; resolve: (head: LogHead) => void }
);

type EntryCall = Extract<AppendCall, { encoded: EncodedRequest }>;

/** Redis does nothing else while a script runs, so one batch must not take it more than a millisecond or two. */
const maxEntries = 256;
const maxLength = 1024 * 1024;

/** Calls that one script answers. */
export class AppendBatch {
  readonly calls: readonly AppendCall[];
  readonly takenAtMs = performance.now();
  readonly #entries: readonly EntryCall[];

  /** Takes the next calls out of a queue: as many as one script may write, at least one. */
  constructor(queue: AppendCall[]) {
    this.calls = queue.splice(0, countOf(queue));
    this.#entries = this.calls.filter((call): call is EntryCall => call.encoded !== undefined);
  }

  get requests(): readonly EncodedRequest[] {
    return this.#entries.map(({ encoded }) => encoded);
  }

  /** The shortest silence after which a caller wants a heartbeat; 0 if none does. */
  get quietMs(): number {
    const wanted = this.calls.flatMap((call) => (call.encoded || call.quietMs === 0 ? [] : [call.quietMs]));
    return wanted.length === 0 ? 0 : Math.min(...wanted);
  }

  /** Tells every caller what the script answered. */
  answer([epoch, epochs, offset, outcomes]: ScriptReply, isReplicated: boolean): void {
    this.#entries.forEach((call, index) => {
      settle(call, outcomes[index] as EntryOutcome, epoch, isReplicated);
    });
    if (this.#entries.length === this.calls.length) return;
    const head: LogHead = { offset, epochs: parseEpochs(epochs) };
    for (const call of this.calls) if (call.encoded === undefined) call.resolve(head);
  }

  /** Tells those who wait no longer that they failed. */
  failOverdue(nowMs: number, error: () => ProtocolError): void {
    for (const call of this.calls) if (call.deadlineMs <= nowMs) call.reject(error());
  }

  /** Tells every caller that it failed. */
  fail(error: ProtocolError): void {
    for (const call of this.calls) call.reject(error);
  }
}

function countOf(queue: readonly AppendCall[]): number {
  let length = 0;
  let count = 0;
  for (const { encoded } of queue) {
    length += encoded?.text.length ?? 0;
    if (count > 0 && (count === maxEntries || length > maxLength)) break;
    count++;
  }
  return count;
}

function settle(call: EntryCall, outcome: EntryOutcome, epoch: string, isReplicated: boolean): void {
  if (typeof outcome === "string") return call.reject(errorOf(outcome));
  if (!isReplicated)
    return call.reject(new ProtocolError("not_replicated", "no replica confirmed the entry in time"));
  call.resolve(appendedOf(call.encoded.request, outcome, epoch));
}

function appendedOf(
  request: AppendRequest,
  outcome: number | [number, string, string],
  epoch: string,
): Appended {
  if (typeof outcome === "number")
    return { id: request.id, position: { epoch, offset: outcome }, duplicate: false };
  const [offset, firstEpoch, id] = outcome;
  return { id, position: { epoch: firstEpoch, offset }, duplicate: true };
}

function errorOf(outcome: string): ProtocolError {
  return outcome === conflict
    ? new ProtocolError("idempotency_conflict", "the idempotency key was used with other content")
    : new ProtocolError("timeout", `whether the event was written everywhere is unknown: ${outcome}`);
}
