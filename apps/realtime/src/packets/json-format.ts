import type { ErrorBody } from "@roomcast/events";
import type { Packet, PacketFormat, PacketKind } from "./packet-format.ts";

/**
 * Packet types as Socket.IO's parser reads them: it converts the first character to a number, so white space
 * counts as 0 too.
 */
const packetType = { connect: 0, binaryEvent: 5, binaryAck: 6 } as const;

/** Socket.IO's own format: `2/ws,["type",…]`. An event's JSON is inserted without parsing it. */
export const jsonFormat: PacketFormat = {
  parser: undefined,

  body: (json) => json,

  event(namespace: string, type: string, body: Packet, position?: string): string {
    const tail = position === undefined ? "" : `,"${position}"`;
    return `2${prefix(namespace)}[${JSON.stringify(type)},${body as string}${tail}]`;
  },

  connectError(namespace: string, error: ErrorBody): string {
    return `4${prefix(namespace)}${JSON.stringify({ message: error.message, data: error })}`;
  },

  kindOf(packet: unknown): PacketKind {
    if (typeof packet !== "string") return Buffer.isBuffer(packet) ? "attachment" : "refused";
    const type = Number(packet.charAt(0));
    if (type === packetType.connect) return { connectTo: namespaceOf(packet) };
    return type === packetType.binaryEvent || type === packetType.binaryAck ? binaryKind(packet) : "other";
  },
};

function prefix(namespace: string): string {
  return namespace === "/" ? "" : `${namespace},`;
}

/** The namespace of a packet such as `0` or `0/ws,{…}`; it follows the type and the number of attachments. */
function namespaceOf(packet: string, at = 1): string {
  if (packet[at] !== "/") return "/";
  const comma = packet.indexOf(",", at);
  return packet.slice(at, comma === -1 ? undefined : comma);
}

/** `51-/ws,["type",…]`: one attachment follows. */
function binaryKind(packet: string): PacketKind {
  const dash = packet.indexOf("-");
  const attachments = Number(packet.slice(1, dash));
  if (dash < 2 || !Number.isInteger(attachments) || attachments < 0) return "refused";
  return { binaryTo: namespaceOf(packet, dash + 1), attachments };
}
