export { ClientAddresses } from "./client-addresses.ts";
export { readTrustedProxies } from "./read-trusted-proxies.ts";
