import { testToken } from "@roomcast/testkit";
import { type Flood, repeat } from "../flood.ts";

/** Like one caller that waits for each response. */
const atATime = 1;

/** A caller who may publish sends bodies of nearly 1 MB with as many names and values as possible. */
export const wideBodies: Flood = {
  name: "wide-bodies",
  title: "bodies of 1 MB full of names, to the API",
  async run(target) {
    const done = { bodies: 0 };
    const authorization = `Bearer ${testToken("wide", { scope: "events:publish" })}`;
    const headers = { authorization, "content-type": "application/json" };
    const bodies = [unknownFields(), unknownNames(), wideBatch(), longList()];
    await repeat(target, atATime, async () => {
      const body = bodies[done.bodies++ % bodies.length] ?? "";
      const answer = await fetch(`${target.apiUrl}/api/v1/events`, { method: "POST", headers, body });
      await answer.text();
    });
    return done;
  },
};

const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 1]));
const unknownFields = () => JSON.stringify({ type: "project.updated", data: names(80_000) });
const unknownNames = () => JSON.stringify(names(90_000));
const wideBatch = () =>
  JSON.stringify({ events: new Array(100).fill({ type: "project.updated", data: names(800) }) });
const longList = () =>
  JSON.stringify({
    type: "agent.connected",
    data: { agentId: "1", capabilities: new Array(100_000).fill(5) },
  });
