import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { token } from "./support/credentials.ts";
import { projectUpdate } from "./support/project-update.ts";
import { TestApi } from "./support/test-api.ts";

/** Publishes to 100 rooms as the holder of a token; returns what was asked, and how many questions were open at once. */
async function publishToMany(answer: (room: string) => boolean) {
  const asked: string[] = [];
  let [open, most] = [0, 0];
  const mayEnter = async (_principal: unknown, { name }: { name: string }) => {
    asked.push(name);
    most = Math.max(most, ++open);
    await setImmediate();
    open--;
    return answer(name);
  };
  const api = await TestApi.start({ roomAccess: { mayEnter } });
  const events = Array.from({ length: 100 }, (_, index) => projectUpdate({ projectId: `p${index}` }));
  const { status, body } = await api.send("POST", "/api/v1/events", { events }, { bearer: token() });
  const written = (await api.appended()).length;
  await api.close();
  return { status, body, asked, most, written };
}

test("SEC-57 a batch asks for its rooms at the same time, but for 16 at most", async () => {
  const { status, asked, most } = await publishToMany(() => true);
  expect([status, asked.length, most]).toEqual([201, 100, 16]);
});

test("the first room that is refused ends the questions, and nothing is written", async () => {
  const { status, body, asked, written } = await publishToMany((room) => room !== "project:p3");
  expect([status, body.detail, written]).toEqual([403, "the token may not publish to project:p3", 0]);
  expect(asked.length).toBeLessThan(50);
});
