import type { TestClientOptions } from "@roomcast/testkit";
import msgpackParser from "socket.io-msgpack-parser";

/** A way to put events on the wire: what the server is told, and what a client must do. */
export interface WireVariant {
  name: string;
  options: { parser?: "msgpack"; compressionThreshold?: number };
  /** The same for a process. */
  env: Record<string, string>;
  client: TestClientOptions;
}

/** Every behaviour has to be the same over each of them. */
export const wireVariants: WireVariant[] = [
  { name: "plain JSON", options: {}, env: {}, client: {} },
  {
    name: "deflated JSON",
    options: { compressionThreshold: 256 },
    env: { WS_COMPRESSION_THRESHOLD: "256" },
    client: { perMessageDeflate: { threshold: 0 } },
  },
  {
    name: "msgpack",
    options: { parser: "msgpack" },
    env: { WS_PARSER: "msgpack" },
    client: { parser: msgpackParser, perMessageDeflate: false as unknown as { threshold: number } },
  },
  {
    name: "deflated msgpack",
    options: { parser: "msgpack", compressionThreshold: 256 },
    env: { WS_PARSER: "msgpack", WS_COMPRESSION_THRESHOLD: "256" },
    client: { parser: msgpackParser },
  },
];
