/** The parts of Engine.IO's socket that a ping takes. */
export interface PingedConnection {
  readonly readyState: string;
  readonly pingTimeoutTimer: NodeJS.Timeout | null;
  hasRefreshedPingTimeout: boolean;
  sendPacket(type: "ping"): void;
  resetPingTimeout(): void;
}

const slots = 20;

/** Pings all connections in turn, one slot of them at a time: two timers fewer for each. */
export class PingWheel {
  readonly #slots: PingedConnection[][] = Array.from({ length: slots }, () => []);
  readonly #timer: NodeJS.Timeout;
  #next = 0;
  #size = 0;
  #ended = 0;

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#turn(), intervalMs / slots);
    this.#timer.unref();
  }

  /** Takes over the pings of a connection; the first comes an interval from now. */
  add(connection: PingedConnection): void {
    this.#slots[(this.#next + slots - 1) % slots]?.push(connection);
    this.#size++;
  }

  /** A connection has ended: when half of them have, they are let go of, long before their turns come. */
  ended(): void {
    this.#ended++;
    if (this.#ended * 2 < this.#size) return;
    for (let at = 0; at < slots; at++) this.#openOf(at);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const open = this.#openOf(this.#next);
    this.#next = (this.#next + 1) % slots;
    for (const connection of open) ping(connection);
  }

  /** The open connections of a slot; it forgets the others. */
  #openOf(at: number): PingedConnection[] {
    const slot = this.#slots[at] as PingedConnection[];
    const open = slot.filter(({ readyState }) => readyState === "open");
    this.#slots[at] = open;
    this.#size -= slot.length - open.length;
    this.#ended -= slot.length - open.length;
    return open;
  }
}

/** As Engine.IO's own `schedulePing` does it. One whose answer is still awaited has its time-out running. */
function ping(connection: PingedConnection): void {
  if (connection.pingTimeoutTimer !== null) return;
  connection.hasRefreshedPingTimeout = false;
  connection.sendPacket("ping");
  connection.resetPingTimeout();
}
