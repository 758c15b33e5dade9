import { jsonFormat } from "./json-format.ts";
import { msgpackFormat } from "./msgpack-format.ts";
import type { PacketFormat } from "./packet-format.ts";

/** The values of `WS_PARSER`. */
export type PacketFormatName = "json" | "msgpack";

/** The format of a server's packets. */
export function packetFormat(name: PacketFormatName): PacketFormat {
  return name === "json" ? jsonFormat : msgpackFormat;
}

/** The format that the server does not speak but a client may. */
export function otherFormat(format: PacketFormat): PacketFormat {
  return format === jsonFormat ? msgpackFormat : jsonFormat;
}
