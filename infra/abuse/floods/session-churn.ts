import { RawClient } from "../../faults/raw-client.ts";
import { type Flood, repeat } from "../flood.ts";

const atATime = 8;
const fields = ["projectId", "projectName", "updatedBy", "agentId", "reason"];

/** A user repeatedly connects, subscribes with a large filter and disconnects. */
export const sessionChurn: Flood = {
  name: "session-churn",
  title: "sessions with large filters, each left at once",
  async run(target) {
    const done = { sessions: 0 };
    await repeat(target, atATime, async (lane) => {
      const client = await RawClient.connected(target.url, `churn${lane % 2}`);
      const subscription = JSON.stringify({ room: "global", filters: largest() });
      client.send(`42/ws,1["subscribe",${subscription}]`);
      // It does not matter whether the server refuses or disconnects the client.
      await client.next("43/ws,1[").catch(() => undefined);
      await client.cut();
      done.sessions++;
    });
    return done;
  },
};

/** About as large as a filter may be. */
function largest(): object {
  const values = Array.from({ length: 32 }, (_, n) => String(n).padEnd(200, "x"));
  return Object.fromEntries(fields.map((field) => [field, values]));
}
