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

/** A log with one follower that can lose its end, as Redis does in a failover, and be slow to answer. */
export class RewindableLog implements EventLog {
  #entries: LogEntry[] = [];
  #epochs = [{ name: "e1", first: 1 }];
  #sink: LogSink | undefined;
  /** What the follower knows; behind the log while it is not told. */
  #followed: LogHead = { offset: 0, epochs: this.#epochs };
  #isTold = true;
  #answering: Promise<void> = Promise.resolve();

  async append({ kind, id, type, rooms, transient = false, json }: AppendRequest): Promise<Appended> {
    const { name: epoch } = this.#epochs.at(-1) as { name: string };
    const offset = this.#entries.length + 1;
    this.#entries.push({ offset, epoch, timeMs: Date.now(), kind, type, rooms, transient, json });
    if (this.#isTold) this.#deliver();
    return { id, position: { epoch, offset }, duplicate: false };
  }

  async head(): Promise<LogHead> {
    return { offset: this.#entries.length, epochs: this.#epochs };
  }

  async follow(sink: LogSink): Promise<LogFollower> {
    this.#sink = sink;
    sink.connected(true);
    const followed = () => this.#followed;
    return {
      get position() {
        const { offset, epochs } = followed();
        return { epoch: epochs.at(-1)?.name ?? "none", offset };
      },
      get head() {
        return followed();
      },
      reached: async (offset) => followed().offset >= offset,
      stop: async () => undefined,
    };
  }

  async history(room: RoomName, { after = 0, until, limit }: HistoryRange): Promise<HistorySlice> {
    await this.#answering;
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

  /** Everything after `cut` is gone, and a new epoch begins. The follower does not know until `tell`. */
  rollBack(cut: number): void {
    this.#entries = this.#entries.slice(0, cut);
    this.#epochs = [...this.#epochs, { name: `e${this.#epochs.length + 1}`, first: cut + 1 }];
    this.#isTold = false;
  }

  /** The follower finds out that the log was rolled back, and takes what came since. */
  tell(): void {
    const cut = (this.#epochs.at(-1)?.first ?? 1) - 1;
    this.#followed = { offset: cut, epochs: this.#epochs };
    void this.#sink?.broken("diverged", cut, cut, this.#followed);
    this.#isTold = true;
    this.#deliver();
  }

  #deliver(): void {
    for (const entry of this.#entries.slice(this.#followed.offset)) {
      this.#followed = { ...this.#followed, offset: entry.offset };
      this.#sink?.entry(entry);
    }
  }
}
