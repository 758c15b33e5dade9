import { setTimeout as delay } from "node:timers/promises";
import { Authoriser } from "../../faults/authoriser.ts";
import { RawClient } from "../../faults/raw-client.ts";
import { type Flood, repeat } from "../flood.ts";

const clients = 4;
/** The most rooms that one `subscribe` may ask for beside the automatic ones. */
const roomsOfOne = 98;
/** How many commands the default rate limit allows at once, and then in each second. */
const [burst, eachSecond] = [195, 20];

/** Clients request rooms that only the application's authoriser can allow, as many in each command as they may. */
export const authoriserQuestions: Flood = {
  name: "authoriser-questions",
  title: "rooms that the authoriser must be asked about",
  async run(target) {
    const ends: (() => unknown)[] = [];
    const authoriser = await Authoriser.start({ onEnd: (end) => ends.push(end) }, target.authoriserPort);
    // What is denied does not count as followed, so that more can be asked for at once.
    authoriser.deniesAll = true;
    const done = { rooms: 0, questions: 0 };
    const endsAtMs = performance.now() + target.seconds * 1_000;
    await repeat(target, clients, async (lane) => {
      const client = await RawClient.connected(target.url, `asker${lane}`, { rooms: [] });
      let times: number = burst;
      while (!client.isClosed && performance.now() < endsAtMs) {
        for (let n = 0; n < times; n++) {
          client.send(ask(String(done.rooms)));
          done.rooms += roomsOfOne;
        }
        times = eachSecond;
        await delay(1_000);
      }
      await client.cut();
    });
    for (const end of ends) await end();
    return { ...done, questions: authoriser.asked };
  },
};

function ask(id: string): string {
  const rooms = Array.from({ length: roomsOfOne }, (_, n) => ({ room: `project:${id}-${n}` }));
  return `42/ws,["subscribe",${JSON.stringify(rooms)}]`;
}
