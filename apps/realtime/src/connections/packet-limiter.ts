import type { EventEmitter } from "node:events";
import { namespaces, ProtocolError } from "@roomcast/events";
import type { PacketFormat, PacketKind } from "../packets/packet-format.ts";
import { otherFormat } from "../packets/packet-formats.ts";
import { type BucketRule, takeToken, tenSecondsOf } from "../sessions/token-bucket.ts";
import type { CompactEngineSocket, ReadHooks } from "../socketio/compact-engine-socket.ts";
import type { EnginePacket } from "../socketio/engine-packet.ts";

/** CONNECT packets per second, with bursts of ten times as many; a stock client sends one for each namespace. */
const connectRate = tenSecondsOf(0.8);

/** Packets per command that a connection may send: pongs and refused commands count too. */
const packetsPerCommand = 4;

const wrongParser = new ProtocolError("wrong_parser", "the server's packets are in another format").toBody();

/** What a client may send before it changes over from polling, as often as it likes, and each time gets an answer to. */
const probe: EnginePacket = { type: "ping" };

const none: readonly string[] = [];

/** What one connection has sent lately. */
class RateLimitState {
  /** Namespaces whose middleware is at work. */
  deciding = none;
  /** Attachments that its last packet announced and that have not come. */
  attachments = 0;
  #packetsFullAtMs = 0;
  #connectsFullAtMs = 0;

  takePacket(rate: BucketRule): boolean {
    const fullAtMs = takeToken(this.#packetsFullAtMs, rate);
    this.#packetsFullAtMs = fullAtMs ?? this.#packetsFullAtMs;
    return fullAtMs !== undefined;
  }

  takeConnect(): boolean {
    const fullAtMs = takeToken(this.#connectsFullAtMs, connectRate);
    this.#connectsFullAtMs = fullAtMs ?? this.#connectsFullAtMs;
    return fullAtMs !== undefined;
  }
}

/**
 * Watches what every connection sends, below Socket.IO, which bounds nothing: it runs the middleware once for each
 * CONNECT packet, drops ACKs nobody waits for without a word, and takes attachments that nothing announced.
 * Whoever floods, connects twice at once or sends what is no packet for a command is cut off. A client with another
 * parser is told so in its own words: it would come back again and again otherwise.
 */
export class PacketLimiter implements ReadHooks {
  readonly #format: PacketFormat;
  readonly #packetRate: BucketRule;
  /** Transports that clients on polling have probed. */
  readonly #upgrades = new WeakSet<EventEmitter>();

  /** `commandRate`: commands a connection may send per second. */
  constructor(format: PacketFormat, commandRate: number) {
    this.#format = format;
    this.#packetRate = tenSecondsOf(commandRate * packetsPerCommand);
  }

  /** Whether a packet may be looked at; else its connection is cut off. */
  mayPass(connection: CompactEngineSocket, packet: EnginePacket): boolean {
    const mayPass = this.#accepts(connection, packet);
    if (!mayPass) cutOff(connection);
    return mayPass;
  }

  /** Takes a frame that completes no message: as many of them as of packets are let through. */
  framed(connection: CompactEngineSocket): void {
    if (!rateLimitStateOf(connection).takePacket(this.#packetRate)) cutOff(connection);
  }

  /** Takes a probe of the transport that a client on polling may change over to. */
  probed(connection: CompactEngineSocket, transport: unknown): void {
    if (this.#accepts(connection, probe)) return this.#endWithUpgrade(connection, transport as EventEmitter);
    (transport as CompactEngineSocket["transport"]).socket?.terminate();
    // Engine.IO goes on to start a timer that only the end of the connection stops.
    process.nextTick(cutOff, connection);
  }

  /** To be called when the middleware of a namespace has decided. */
  decided(connection: object, namespace: string): void {
    const rateLimitState = rateLimitStateOf(connection as CompactEngineSocket);
    const others = rateLimitState.deciding.filter((name) => name !== namespace);
    rateLimitState.deciding = others.length === 0 ? none : others;
  }

  /**
   * After the answer to its probe a stock client polls no more, and hears nothing if the new transport breaks then. Its last
   * poll may still be open: it is told there, comes back and resumes.
   */
  #endWithUpgrade(connection: CompactEngineSocket, transport: EventEmitter): void {
    if (this.#upgrades.has(transport)) return;
    this.#upgrades.add(transport);
    transport.once("close", () => {
      if ((connection.transport as unknown) !== transport) connection.close();
    });
  }

  #accepts(connection: CompactEngineSocket, { type, data }: EnginePacket): boolean {
    const rateLimitState = rateLimitStateOf(connection);
    if (!rateLimitState.takePacket(this.#packetRate)) return false;
    if (type !== "message") return true;
    const kind = this.#format.kindOf(data);
    if (kind === "refused" || (kind === "attachment" && rateLimitState.attachments === 0))
      return this.#refuseParser(connection, otherFormat(this.#format), data);
    if (kind === "attachment") return --rateLimitState.attachments >= 0;
    if (kind === "other") return true;
    if ("connectTo" in kind) return mayConnect(rateLimitState, kind.connectTo);
    rateLimitState.attachments = kind.attachments;
    return !isOurs(kind.binaryTo);
  }

  /** Tells a client that connects with the other parser; false if it does not. */
  #refuseParser(connection: CompactEngineSocket, format: PacketFormat, data: unknown): boolean {
    const kind: PacketKind = format.kindOf(data);
    if (typeof kind === "string" || !("connectTo" in kind)) return false;
    connection.write(format.connectError(kind.connectTo, wrongParser));
    connection.close();
    return true;
  }
}

function rateLimitStateOf(connection: CompactEngineSocket): RateLimitState {
  connection.rateLimitState ??= new RateLimitState();
  return connection.rateLimitState as RateLimitState;
}

function mayConnect(rateLimitState: RateLimitState, namespace: string): boolean {
  if (!rateLimitState.takeConnect() || rateLimitState.deciding.includes(namespace)) return false;
  // Nothing is decided here on the others, which code that extends the server may have.
  if (isOurs(namespace)) rateLimitState.deciding = [...rateLimitState.deciding, namespace];
  return true;
}

/** Whether a namespace is the product's own: none of its commands has binary data. */
function isOurs(namespace: string): boolean {
  return (namespaces as readonly string[]).includes(namespace);
}

/** Nothing more that the client sends is looked at, and it is not waited for to agree to the end. */
function cutOff(connection: CompactEngineSocket): void {
  const { socket } = connection.transport;
  connection.close(true);
  socket?.terminate();
}
