import { RawClient } from "../../faults/raw-client.ts";
import { type Flood, nthUser, repeat } from "../flood.ts";

const atATime = 8;
const fields = ["projectId", "projectName", "updatedBy", "agentId", "reason"];

/** Users repeatedly connect, subscribe with a large filter and disconnect. */
export const sessionChurn: Flood = {
  name: "session-churn",
  title: "sessions with large filters, each left at once",
  async run(target) {
    const done = { sessions: 0 };
    await repeat(target, atATime, async () => {
      const client = await RawClient.connected(target.url, nthUser("churn", done.sessions++));
      const subscription = JSON.stringify({ room: "global", filters: largest() });
      client.send(`42/ws,1["subscribe",${subscription}]`);
      // It does not matter whether the server refuses or disconnects the client.
      await client.next("43/ws,1[").catch(() => undefined);
      await client.cut();
    });
    return done;
  },
};

/** About as large as a filter may be. */
function largest(): object {
  const values = Array.from({ length: 32 }, (_, n) => String(n).padEnd(200, "x"));
  return Object.fromEntries(fields.map((field) => [field, values]));
}
