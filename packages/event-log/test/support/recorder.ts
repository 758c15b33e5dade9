import type { DiscontinuityReason, EventLog, LogEntry, LogFollower, LogSink } from "@roomcast/event-log";

/** A sink that remembers everything and can be waited on. */
export class Recorder implements LogSink {
  readonly entries: LogEntry[] = [];
  readonly breaks: { reason: DiscontinuityReason; cut: number; resumeAt: number }[] = [];
  isConnected = false;
  follower!: LogFollower;
  #changed: (() => void)[] = [];

  static async of(log: EventLog): Promise<Recorder> {
    const recorder = new Recorder();
    recorder.follower = await log.follow(recorder);
    return recorder;
  }

  entry(entry: LogEntry): void {
    if (entry.kind !== "heartbeat") this.entries.push(entry);
    this.#change();
  }

  onDiscontinuity(reason: DiscontinuityReason, cut: number, resumeAt: number): void {
    this.breaks.push({ reason, cut, resumeAt });
    this.#change();
  }

  connected(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.#change();
  }

  /** Resolves once `condition` holds; it is asked after everything that happens. */
  async until(condition: (recorder: this) => boolean, timeoutMs = 15_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition(this)) {
      if (Date.now() > deadline)
        throw new Error(`not met in ${timeoutMs} ms: ${JSON.stringify(this.breaks)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #change(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
