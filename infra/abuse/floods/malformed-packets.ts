import { sendMalformed } from "../../faults/malformed-packets.ts";
import type { Flood } from "../flood.ts";

const attackers = 4;

/** Clients with valid tokens send only malformed packets. */
export const malformedPackets: Flood = {
  name: "malformed-packets",
  title: "malformed packets",
  run: async ({ url, packets }, random) => ({
    packets: await sendMalformed(url, packets, random, attackers),
  }),
};
