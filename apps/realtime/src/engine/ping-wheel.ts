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

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#turn(), intervalMs / slots);
    this.#timer.unref();
  }

  /** Takes over the pings of a connection; the first comes an interval from now. */
  add(connection: PingedConnection): void {
    this.#slots[(this.#next + slots - 1) % slots]?.push(connection);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const slot = this.#slots[this.#next] as PingedConnection[];
    const open = slot.filter(({ readyState }) => readyState === "open");
    this.#slots[this.#next] = open;
    this.#next = (this.#next + 1) % slots;
    for (const connection of open) ping(connection);
  }
}

/** As Engine.IO's own `schedulePing` does it. One whose answer is still awaited has its time-out running. */
function ping(connection: PingedConnection): void {
  if (connection.pingTimeoutTimer !== null) return;
  connection.hasRefreshedPingTimeout = false;
  connection.sendPacket("ping");
  connection.resetPingTimeout();
}
