import type { EventEmitter } from "node:events";
import type { ReadBudget } from "./read-budget.ts";

/** The internals of ws' receiver that are used here, as of 8.23.0. */
export interface Receiver extends EventEmitter {
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _errored: boolean;
  readonly _state: number;
  readonly _buffers: readonly Buffer[];
  getInfo(done: unknown): void;
  readonly _writableState: { readonly ending: boolean; readonly needDrain: boolean; readonly length: number };
  write(chunk: Buffer): boolean;
}

/** What a receiver is lent to. */
export interface Borrower {
  /** Told of every frame that completes no message, when its head has come. */
  onFrame(): void;
  /** The receiver it has while a frame of its own is incomplete, and from its end on. */
  receiver: Receiver | null;
}

const events = ["conclude", "drain", "error", "message", "ping", "pong"];
const options = [
  "binaryType",
  "extensions",
  "isServer",
  "maxBufferedChunks",
  "maxFragments",
  "maxPayload",
  "skipUTF8Validation",
];

/** Bytes of a frame that a receiver reads first. */
const headLength = 2;

/** The state of a receiver that awaits the beginning of a frame. */
const awaitsFrame = 0;

/**
 * Lends ws' receivers. One is a parser within a stream, more than a kilobyte, and between two frames it knows nothing of
 * its connection: so an idle connection has none, and those that read take turns with one.
 */
export class ReceiverPool {
  /** The first receiver that ws has made; all others are made like it. */
  #pattern: Receiver | undefined;
  /** The property by which ws' receivers know their WebSocket. */
  #websocket = Symbol();
  /** Makes receivers like the pattern. */
  #create: (() => Receiver) | undefined;
  readonly #free: Receiver[] = [];
  readonly #budget: ReadBudget;

  constructor(budget: ReadBudget) {
    this.#budget = budget;
  }

  /** Learns from a receiver that ws has made for a WebSocket. False if it is not what is expected here. */
  learn(receiver: Receiver): boolean {
    if (this.#pattern !== undefined) return true;
    const websocket = Object.getOwnPropertySymbols(receiver).find((one) => one.description === "websocket");
    if (websocket === undefined || events.some((event) => receiver.listenerCount(event) !== 1)) return false;
    this.#websocket = websocket;
    this.#pattern = receiver;
    this.#create = createLike(receiver, websocket, this.#budget);
    this.#tie(receiver, undefined);
    return true;
  }

  /** A receiver that is the borrower's until it is between two frames again. */
  lend(borrower: Borrower): Receiver {
    const receiver = this.#free.pop() ?? this.#make();
    this.#tie(receiver, borrower);
    borrower.receiver = receiver;
    return receiver;
  }

  #make(): Receiver {
    const pattern = this.#pattern as Receiver;
    const receiver = (this.#create as () => Receiver)();
    for (const event of events) receiver.on(event, pattern.listeners(event)[0] as () => void);
    const write = receiver.write.bind(receiver);
    receiver.write = (chunk) => {
      const takesMore = write(chunk);
      if (isBetweenFrames(receiver)) this.#takeBack(receiver);
      return takesMore;
    };
    return receiver;
  }

  #takeBack(receiver: Receiver): void {
    const borrower = this.#tie(receiver, undefined);
    if (borrower !== undefined) borrower.receiver = null;
    this.#free.push(receiver);
  }

  /** Ties a receiver to a WebSocket; returns the one before. */
  #tie(receiver: Receiver, borrower: Borrower | undefined): Borrower | undefined {
    const ties = receiver as unknown as Record<symbol, Borrower | undefined>;
    const before = ties[this.#websocket];
    ties[this.#websocket] = borrower;
    return before;
  }
}

/**
 * Makes receivers with the options of one that ws has made. They report frames that complete no message, and hand over frames
 * within the budget, as `tellFrames` and `pauseBeyond` do it for one receiver. Here a class does it: a connection takes a
 * receiver of its own when it ends, and properties of each would cost more than the rest of it.
 */
function createLike(pattern: Receiver, websocket: symbol, budget: ReadBudget): () => Receiver {
  const Original = pattern.constructor as new (options: object) => Receiver;
  const taken = pattern as unknown as Record<string, unknown>;
  const like = Object.fromEntries(options.map((name) => [name, taken[`_${name}`]]));
  class PooledReceiver extends Original {
    get _allowSynchronousEvents(): boolean {
      return budget.take();
    }

    set _allowSynchronousEvents(_: boolean) {
      // Set by the constructor; the budget decides.
    }

    override getInfo(done: unknown): void {
      if (this._bufferedBytes >= headLength && isExtra(this._buffers[0]?.[0]))
        (this as unknown as Record<symbol, Borrower | undefined>)[websocket]?.onFrame();
      super.getInfo(done);
    }
  }
  return () => new PooledReceiver(like);
}

/** Has a WebSocket told of a receiver's frames that complete no message. */
export function tellFrames(receiver: Receiver, told: () => Pick<Borrower, "onFrame"> | undefined): void {
  const getInfo = receiver.getInfo.bind(receiver);
  receiver.getInfo = (done) => {
    if (receiver._bufferedBytes >= headLength && isExtra(receiver._buffers[0]?.[0])) told()?.onFrame();
    getInfo(done);
  };
}

/**
 * Has a receiver hand over what is beyond the budget one frame at a turn of the event loop. ws asks this option, by which it
 * does so with every frame, each time anew; what the client sends further stays in the system's buffer.
 */
export function pauseBeyond(receiver: Receiver, budget: ReadBudget): void {
  Object.defineProperty(receiver, "_allowSynchronousEvents", { get: () => budget.take() });
}

/** Whether a frame that begins with this byte completes no message: a ping, a pong, the end, or a fragment but the last. */
function isExtra(first = 0): boolean {
  return first < 0x80 || (first & 0x08) !== 0;
}

/** Whether what comes next may as well be another connection's. */
function isBetweenFrames({
  _bufferedBytes,
  _fragmented,
  _errored,
  _state,
  _writableState,
}: Receiver): boolean {
  const { ending, needDrain, length } = _writableState;
  if (_errored || ending || needDrain || length !== 0) return false;
  return _state === awaitsFrame && _fragmented === 0 && _bufferedBytes === 0;
}
