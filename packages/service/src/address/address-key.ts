import ipaddr from "ipaddr.js";

/** Bytes of an IPv6 address that name the network; one customer of a provider has all of it. */
const networkBytes = 8;

/** An address without port and brackets, as some proxies write them; undefined for what is no address. */
export function bareAddress(text: string): string | undefined {
  const bare = withoutPort(text.trim());
  // ipaddr.js also takes `10`, `0x7f.1` and the like for IPv4.
  const isWhole = bare.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(bare);
  return isWhole && ipaddr.isValid(bare) ? bare : undefined;
}

/** What a bare address counts as: IPv4 as it is, also where it is written as IPv6; IPv6 by its /64. */
export function addressKey(bare: string): string {
  const address = ipaddr.process(bare);
  if (address.kind() === "ipv4") return address.toString();
  const bytes = address.toByteArray().map((byte, index) => (index < networkBytes ? byte : 0));
  return `${new ipaddr.IPv6(bytes).toString()}/64`;
}

/** `1.2.3.4:5678`, `[2001:db8::1]` and `[2001:db8::1]:5678`; a bare IPv6 address has colons of its own. */
function withoutPort(text: string): string {
  if (text.startsWith("[")) return text.slice(1).split("]", 1)[0] ?? "";
  const [host = "", port, ...others] = text.split(":");
  return port !== undefined && others.length === 0 ? host : text;
}
