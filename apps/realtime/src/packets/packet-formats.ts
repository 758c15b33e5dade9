import { jsonFormat } from "./json-format.ts";
import { msgpackFormat } from "./msgpack-format.ts";
import type { PacketFormat } from "./packet-format.ts";

/** What `WS_PARSER` chooses from. */
export type PacketFormatName = "json" | "msgpack";

/** The format of a server's packets. */
export function packetFormat(name: PacketFormatName): PacketFormat {
  return name === "json" ? jsonFormat : msgpackFormat;
}

/** The one that the server does not speak but a client may. */
export function otherFormat(format: PacketFormat): PacketFormat {
  return format === jsonFormat ? msgpackFormat : jsonFormat;
}
