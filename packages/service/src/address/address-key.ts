import ipaddr from "ipaddr.js";

/** Bytes of an IPv6 address that name the network (/64). A provider gives a whole network to one customer. */
const networkBytes = 8;

/**
 * Removes the port and the brackets that some proxies write.
 * Returns undefined for text that is not an address.
 */
export function bareAddress(text: string): string | undefined {
  const bare = withoutPort(text.trim());
  // ipaddr.js also accepts `10`, `0x7f.1` and the like as IPv4.
  const isWhole = bare.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(bare);
  return isWhole && ipaddr.isValid(bare) ? bare : undefined;
}

/**
 * The key under which an address is counted: IPv4 as it is, also if written as IPv6; IPv6 by its /64 network.
 */
export function addressKey(bare: string): string {
  const address = ipaddr.process(bare);
  if (address.kind() === "ipv4") return address.toString();
  const bytes = address.toByteArray().map((byte, index) => (index < networkBytes ? byte : 0));
  return `${new ipaddr.IPv6(bytes).toString()}/64`;
}

/**
 * Handles `1.2.3.4:5678`, `[2001:db8::1]` and `[2001:db8::1]:5678`.
 * A bare IPv6 address contains colons itself.
 */
function withoutPort(text: string): string {
  if (text.startsWith("[")) return text.slice(1).split("]", 1)[0] ?? "";
  const [host = "", port, ...others] = text.split(":");
  return port !== undefined && others.length === 0 ? host : text;
}
