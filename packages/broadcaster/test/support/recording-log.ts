import type { Appended, AppendRequest } from "@roomcast/event-log";

/** A log that remembers what it was asked to append, and fails where it is told to. */
export class RecordingLog {
  readonly requests: AppendRequest[] = [];
  readonly #failures = new Map<number, Error>();

  /** The append with this index, counted from 0, rejects. */
  failAt(index: number, error: Error): this {
    this.#failures.set(index, error);
    return this;
  }

  async append(request: AppendRequest): Promise<Appended> {
    const failure = this.#failures.get(this.requests.length);
    const offset = this.requests.push(request);
    if (failure !== undefined) throw failure;
    return { id: request.id, position: { epoch: "e1", offset }, duplicate: false };
  }

  /** How many appends each call of `appendAll` had. */
  readonly batches: number[] = [];

  async appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    this.batches.push(requests.length);
    return Promise.allSettled(requests.map((request) => this.append(request)));
  }

  /** The envelope of the append with this index. */
  envelope(index = 0): Record<string, unknown> {
    return JSON.parse(this.requests[index]?.json ?? "null");
  }
}
