import type { EventEmitter } from "node:events";
import { namespaces, ProtocolError } from "@roomcast/events";
import type { PacketFormat, PacketKind } from "../packets/packet-format.ts";
import { otherFormat } from "../packets/packet-formats.ts";
import { type BucketRule, takeToken, tenSecondsOf } from "../sessions/token-bucket.ts";
import type { EnginePacket } from "../socketio/engine-packet.ts";
import type { EngineSocket, ReadHooks } from "../socketio/engine-socket.ts";

/**
 * CONNECT packets per second, with bursts of ten times as many. A stock client sends one for each namespace.
 */
const connectRate = tenSecondsOf(0.8);

/** Packets for each command that a connection may send: pongs and refused commands count too. */
const packetsPerCommand = 4;

const wrongParser = new ProtocolError("wrong_parser", "the server uses another packet format").toBody();

/**
 * The packet with which a client probes a transport before it upgrades from polling. It may send any number,
 * and the server answers each.
 */
const probe: EnginePacket = { type: "ping" };

const none: readonly string[] = [];

/** What one connection has sent lately. */
class RateLimitState {
  /** Namespaces whose middleware is running. */
  deciding = none;
  /** Attachments that its last packet announced and that are still to come. */
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
 * Limits what every connection sends, below Socket.IO, which has no limits of its own. Socket.IO runs the
 * middleware for each CONNECT packet, silently drops ACKs that nothing waits for, and accepts attachments
 * that no packet announced. A client that floods, connects twice at once, or sends something that is not a
 * packet is disconnected. A client with another parser is told so in its own format; otherwise it would
 * reconnect forever.
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

  /** Whether a packet may be processed; otherwise its connection is closed. */
  mayPass(connection: EngineSocket, packet: EnginePacket): boolean {
    const mayPass = this.#accepts(connection, packet);
    if (!mayPass) closeAbruptly(connection);
    return mayPass;
  }

  /** Counts a frame that completes no message. The same number is allowed as of packets. */
  framed(connection: EngineSocket): void {
    if (!rateLimitStateOf(connection).takePacket(this.#packetRate)) closeAbruptly(connection);
  }

  /** Counts a probe of the transport to which a client on polling may upgrade. */
  probed(connection: EngineSocket, transport: unknown): void {
    if (this.#accepts(connection, probe)) return this.#endWithUpgrade(connection, transport as EventEmitter);
    (transport as EngineSocket["transport"]).socket?.terminate();
    // Engine.IO then starts a timer that only the end of the connection stops.
    process.nextTick(closeAbruptly, connection);
  }

  /** To be called when the middleware of a namespace has decided. */
  decided(connection: object, namespace: string): void {
    const rateLimitState = rateLimitStateOf(connection as EngineSocket);
    const others = rateLimitState.deciding.filter((name) => name !== namespace);
    rateLimitState.deciding = others.length === 0 ? none : others;
  }

  /**
   * After the answer to its probe a stock client polls no more, and would learn nothing if the new transport
   * breaks then. Its last poll may still be open: closing the connection answers it, and the client
   * reconnects and resumes.
   */
  #endWithUpgrade(connection: EngineSocket, transport: EventEmitter): void {
    if (this.#upgrades.has(transport)) return;
    this.#upgrades.add(transport);
    transport.once("close", () => {
      if ((connection.transport as unknown) !== transport) connection.close();
    });
  }

  #accepts(connection: EngineSocket, { type, data }: EnginePacket): boolean {
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

  /** Refuses a client that connects with the other parser; false if it does not. */
  #refuseParser(connection: EngineSocket, format: PacketFormat, data: unknown): boolean {
    const kind: PacketKind = format.kindOf(data);
    if (typeof kind === "string" || !("connectTo" in kind)) return false;
    connection.write(format.connectError(kind.connectTo, wrongParser));
    connection.close();
    return true;
  }
}

function rateLimitStateOf(connection: EngineSocket): RateLimitState {
  connection.rateLimitState ??= new RateLimitState();
  return connection.rateLimitState as RateLimitState;
}

function mayConnect(rateLimitState: RateLimitState, namespace: string): boolean {
  if (!rateLimitState.takeConnect() || rateLimitState.deciding.includes(namespace)) return false;
  // Code that extends the server may have other namespaces, whose middleware does not call `decided`.
  if (isOurs(namespace)) rateLimitState.deciding = [...rateLimitState.deciding, namespace];
  return true;
}

/** Whether a namespace belongs to this server, whose commands have no binary data. */
function isOurs(namespace: string): boolean {
  return (namespaces as readonly string[]).includes(namespace);
}

/**
 * Processes nothing more from the client, and closes the connection without waiting for the client to agree.
 */
function closeAbruptly(connection: EngineSocket): void {
  const { socket } = connection.transport;
  connection.close(true);
  socket?.terminate();
}
