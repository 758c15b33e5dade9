import { namespaces } from "@roomcast/events";
import type { Server } from "socket.io";
import { CommandBudget } from "../sessions/command-budget.ts";

/** CONNECT packets per second, with bursts of ten times as many; a stock client sends one for each namespace. */
const connectRate = 0.8;

/** Packets per command that a connection may send: pongs and refused commands count too. */
const packetsPerCommand = 4;

/** Packet types as Socket.IO's parser reads them: the first character as a number, so that white space is a 0 too. */
const packetType = { connect: 0, binaryEvent: 5, binaryAck: 6 } as const;

interface EnginePacket {
  type: string;
  data?: unknown;
}

/** What a client may send before it changes over from polling, as often as it likes, and each time gets an answer to. */
const probe: EnginePacket = { type: "ping" };

interface Transport {
  name: string;
  socket?: { terminate(): void };
}

interface EngineConnection {
  transport: Transport;
  prependListener(event: "packet", listener: (this: EngineConnection, packet: EnginePacket) => void): void;
  on(event: "upgrading", listener: (this: EngineConnection, transport: Transport) => void): void;
  close(discard: true): void;
}

const none: readonly string[] = [];

/** What one connection has sent lately. */
class Ledger {
  readonly packets = new CommandBudget();
  readonly connects = new CommandBudget();
  /** Namespaces whose middleware is at work. */
  deciding = none;
}

/**
 * Watches what every connection sends, below Socket.IO, which bounds nothing: it runs the middleware once for each
 * CONNECT packet, drops ACKs nobody waits for without a word, and holds the first part of a binary packet for ever.
 * Whoever floods, connects twice at once or sends binary packets, which no command has, is cut off.
 */
export class ConnectionGuard {
  readonly #ledgers = new WeakMap<EngineConnection, Ledger>();
  readonly #packetRate: number;

  /** `commandRate`: commands a connection may send per second. */
  constructor(commandRate: number) {
    this.#packetRate = commandRate * packetsPerCommand;
  }

  /** Watches all connections of a server. */
  attach(io: Server): void {
    const mayPass = (connection: EngineConnection, packet: EnginePacket) => this.#mayPass(connection, packet);
    // One listener function for all connections: a closure for each would cost memory.
    function onPacket(this: EngineConnection, packet: EnginePacket): void {
      if (!mayPass(this, packet)) cutOff(this);
    }
    function onProbe(this: EngineConnection, transport: Transport): void {
      if (mayPass(this, probe)) return;
      transport.socket?.terminate();
      // Engine.IO goes on to start a timer that only the end of the connection stops.
      process.nextTick(cutOff, this);
    }
    io.engine.on("connection", (connection: EngineConnection) => {
      connection.prependListener("packet", onPacket);
      if (connection.transport.name === "polling") connection.on("upgrading", onProbe);
    });
  }

  /** To be called when the middleware of a namespace has decided. */
  decided(connection: object, namespace: string): void {
    const ledger = this.#ledgerOf(connection as EngineConnection);
    const others = ledger.deciding.filter((name) => name !== namespace);
    ledger.deciding = others.length === 0 ? none : others;
  }

  #mayPass(connection: EngineConnection, { type, data }: EnginePacket): boolean {
    const ledger = this.#ledgerOf(connection);
    if (!ledger.packets.take(this.#packetRate)) return false;
    if (type !== "message") return true;
    if (typeof data !== "string") return false;
    const kind = Number(data.charAt(0));
    if (kind === packetType.connect) return mayConnect(ledger, namespaceOf(data));
    return kind !== packetType.binaryEvent && kind !== packetType.binaryAck;
  }

  #ledgerOf(connection: EngineConnection): Ledger {
    const ledger = this.#ledgers.get(connection) ?? new Ledger();
    this.#ledgers.set(connection, ledger);
    return ledger;
  }
}

function mayConnect(ledger: Ledger, namespace: string): boolean {
  if (!ledger.connects.take(connectRate) || ledger.deciding.includes(namespace)) return false;
  // Socket.IO itself refuses the others, and nothing is decided on them.
  const isOurs = (namespaces as readonly string[]).includes(namespace);
  if (isOurs) ledger.deciding = [...ledger.deciding, namespace];
  return true;
}

/** The namespace of a CONNECT packet, `0` or `0/ws,{…}`. */
function namespaceOf(packet: string): string {
  if (packet[1] !== "/") return "/";
  const comma = packet.indexOf(",");
  return packet.slice(1, comma === -1 ? undefined : comma);
}

/** Nothing more that the client sends is looked at, and it is not waited for to agree to the end. */
function cutOff(connection: EngineConnection): void {
  const { socket } = connection.transport;
  connection.close(true);
  socket?.terminate();
}
