/** The parts of an Engine.IO socket that a ping takes. */
export interface Pinged {
  readonly pingTimeoutTimer: NodeJS.Timeout | null;
  hasRefreshedPingTimeout: boolean;
  sendPacket(type: "ping"): void;
  resetPingTimeout(): void;
}

/** A connection that is pinged for as long as it is open. */
export interface PingedConnection extends Pinged {
  readonly readyState: string;
  /** What waits until the transport can send. */
  readonly writeBuffer: { type: string }[];
  readonly transport: { readonly name: string };
  onClose(reason: string): void;
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
    for (const connection of open) {
      if (!mayStay(connection)) connection.onClose("ping timeout");
      else if (ping(connection)) putFirst(connection);
    }
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

/** False for a client on polling that answered the last ping without having asked for it: it only posts. */
function mayStay({ pingTimeoutTimer, transport, writeBuffer }: PingedConnection): boolean {
  const isAnswered = pingTimeoutTimer === null;
  return !(isAnswered && transport.name === "polling" && writeBuffer[0]?.type === "ping");
}

/** The time for the answer is running: a ping does not wait behind what a slow client has yet to be sent. */
function putFirst({ writeBuffer }: PingedConnection): void {
  if (writeBuffer.length > 1) writeBuffer.unshift(...writeBuffer.splice(-1));
}

/**
 * Pings a connection, as Engine.IO's own `schedulePing` does it. One whose answer is still awaited has its time-out
 * running: it is not pinged again, and the answer is false.
 */
export function ping(connection: Pinged): boolean {
  if (connection.pingTimeoutTimer !== null) return false;
  connection.hasRefreshedPingTimeout = false;
  connection.sendPacket("ping");
  connection.resetPingTimeout();
  return true;
}
