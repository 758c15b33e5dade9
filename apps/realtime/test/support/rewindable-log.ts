import type {
  Appended,
  AppendRequest,
  EventLog,
  HistoryRange,
  HistorySlice,
  LogEntry,
  LogFollower,
  LogHead,
  LogSink,
} from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";

/**
 * A log with one follower that can fall behind, or off its beginning; it can lose its end, as Redis does in a failover, and be
 * slow to answer.
 */
export class RewindableLog implements EventLog {
  #entries: LogEntry[] = [];
  #epochs = [{ name: "e1", first: 1 }];
  #sink: LogSink | undefined;
  /** What the follower knows of the log, and how far it has come. */
  #known: LogHead = { offset: 0, epochs: this.#epochs };
  #offset = 0;
  #isBehind = false;
  #reached: { offset: number; resolve: (isReached: boolean) => void }[] = [];
  #answering: Promise<void> = Promise.resolve();
  #unreadable: RoomName | undefined;

  async append({ kind, id, type, rooms, transient = false, json }: AppendRequest): Promise<Appended> {
    const { name: epoch } = this.#epochs.at(-1) as { name: string };
    const offset = this.#entries.length + 1;
    this.#entries.push({ offset, epoch, timeMs: Date.now(), kind, type, rooms, transient, json });
    if (!this.#isBehind) this.catchUp();
    else if (this.#known.epochs === this.#epochs) this.#known = { offset, epochs: this.#epochs };
    return { id, position: { epoch, offset }, duplicate: false };
  }

  appendAll(requests: readonly AppendRequest[]): Promise<PromiseSettledResult<Appended>[]> {
    return Promise.allSettled(requests.map((request) => this.append(request)));
  }

  async head(): Promise<LogHead> {
    return { offset: this.#entries.length, epochs: this.#epochs };
  }

  async follow(sink: LogSink): Promise<LogFollower> {
    this.#sink = sink;
    sink.connected(true);
    const position = () => ({ epoch: this.#known.epochs.at(-1)?.name ?? "none", offset: this.#offset });
    const known = () => this.#known;
    return {
      get position() {
        return position();
      },
      get head() {
        return known();
      },
      reached: (offset) =>
        this.#offset >= offset
          ? Promise.resolve(true)
          : new Promise((resolve) => this.#reached.push({ offset, resolve })),
      stop: async () => undefined,
    };
  }

  async history(room: RoomName, { after = 0, until, limit }: HistoryRange): Promise<HistorySlice> {
    await this.#answering;
    if (room === this.#unreadable) throw new Error("WRONGTYPE");
    const end = until ?? this.#entries.length;
    const entries = this.#entries.filter(
      ({ rooms, offset }) => rooms.includes(room) && offset > after && offset <= end,
    );
    return { entries: entries.slice(0, limit), complete: true, more: entries.length > limit };
  }

  async close(): Promise<void> {}

  /** Histories are answered only after the returned function is called. */
  pauseHistories(): () => void {
    let goOn: () => void = () => undefined;
    this.#answering = new Promise((resolve) => {
      goOn = resolve;
    });
    return goOn;
  }

  /** The history of a room cannot be read from now on. */
  spoilHistory(room: RoomName): void {
    this.#unreadable = room;
  }

  /** The follower knows of what is appended from now on, but is given it only by `catchUp`. */
  fallBehind(): void {
    this.#isBehind = true;
  }

  /** The follower is given what it lacks. */
  catchUp(): void {
    this.#isBehind = false;
    this.#known = { offset: this.#entries.length, epochs: this.#epochs };
    for (const entry of this.#entries.slice(this.#offset)) {
      this.#offset = entry.offset;
      this.#sink?.entry(entry);
    }
    for (const { resolve } of this.#reached.filter(({ offset }) => offset <= this.#offset)) resolve(true);
  }

  /** What the follower lacks is no longer in the log, but in the histories. Resolves when it has taken what came since. */
  async trim(): Promise<void> {
    const resumeAt = this.#entries.length;
    this.#known = { offset: resumeAt, epochs: this.#epochs };
    await this.#sink?.onDiscontinuity("trimmed", this.#offset, resumeAt, this.#known);
    this.#offset = resumeAt;
    this.catchUp();
  }

  /** Everything after `cut` is gone, and a new epoch begins. The follower does not know until `tell`. */
  rollBack(cut: number): void {
    this.#entries = this.#entries.slice(0, cut);
    this.#epochs = [...this.#epochs, { name: `e${this.#epochs.length + 1}`, first: cut + 1 }];
    this.#isBehind = true;
  }

  /** The follower finds out that the log was rolled back, and then takes what came since. */
  async tell(): Promise<void> {
    const cut = (this.#epochs.at(-1)?.first ?? 1) - 1;
    this.#offset = cut;
    this.#known = { offset: this.#entries.length, epochs: this.#epochs };
    await this.#sink?.onDiscontinuity("diverged", cut, cut, this.#known);
    this.catchUp();
  }
}
