import type { Socket } from "node:net";

/** The state that all flows of a proxy share. */
export interface TcpGate {
  isOpen: boolean;
  bytesPerSecond: number | undefined;
}

/** Copies data from one socket to another, as far as the gate and the other socket's buffer allow. */
export class TcpFlow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #gate: TcpGate;
  #isFull = false;
  #restUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, gate: TcpGate) {
    this.#from = from;
    this.#to = to;
    this.#gate = gate;
    from.on("data", (chunk: Buffer) => this.#onData(chunk));
    from.on("end", () => to.end());
    to.on("drain", () => {
      this.#isFull = false;
      this.update();
    });
    this.update();
  }

  /** Resumes or pauses reading, as the gate now says. */
  update(): void {
    clearTimeout(this.#timer);
    const restMs = this.#gate.bytesPerSecond === undefined ? 0 : this.#restUntilMs - performance.now();
    if (restMs > 0) this.#timer = setTimeout(() => this.update(), restMs);
    if (this.#gate.isOpen && !this.#isFull && restMs <= 0) this.#from.resume();
    else this.#from.pause();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #onData(chunk: Buffer): void {
    this.#isFull = !this.#to.write(chunk);
    const { bytesPerSecond } = this.#gate;
    if (bytesPerSecond !== undefined) {
      this.#restUntilMs = performance.now() + (chunk.length / bytesPerSecond) * 1_000;
    }
    if (this.#isFull || bytesPerSecond !== undefined) this.update();
  }
}
