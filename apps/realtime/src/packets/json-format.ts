import type { ErrorBody } from "@roomcast/events";
import type { Packet, PacketFormat, PacketKind } from "./packet-format.ts";

/** Packet types as Socket.IO's parser reads them: the first character as a number, so that white space is a 0 too. */
const packetType = { connect: 0, binaryEvent: 5, binaryAck: 6 } as const;

/** Socket.IO's own format: `2/ws,["type",…]`. JSON texts are spliced in unparsed. */
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
    if (typeof packet !== "string") return "refused";
    const type = Number(packet.charAt(0));
    if (type === packetType.connect) return { connectTo: namespaceOf(packet) };
    // No command has binary data, and Socket.IO holds the first part of such a packet for ever.
    return type === packetType.binaryEvent || type === packetType.binaryAck ? "refused" : "other";
  },
};

function prefix(namespace: string): string {
  return namespace === "/" ? "" : `${namespace},`;
}

/** The namespace of a CONNECT packet, `0` or `0/ws,{…}`. */
function namespaceOf(packet: string): string {
  if (packet[1] !== "/") return "/";
  const comma = packet.indexOf(",");
  return packet.slice(1, comma === -1 ? undefined : comma);
}
