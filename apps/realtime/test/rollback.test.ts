import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Envelope, RoomName } from "@roomcast/events";
import { TestClient, testToken } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RewindableLog } from "./support/rewindable-log.ts";

const room: RoomName = "project:1";

describe("when the end of the log is lost", () => {
  let log: RewindableLog;
  let server: Embedded;
  let client: TestClient;
  beforeEach(async () => {
    log = new RewindableLog();
    server = await startEmbedded({ log });
    client = await TestClient.connected(server.url, { token: testToken() });
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test("WS-RESET-1 a client that was given some of it is told for each room", async () => {
    await client.subscribe(room);
    await say("lost");
    expect(await heard()).toBe("lost");
    log.rollBack(0);
    await log.tell();
    await expectReset();
    await say("new");
    expect(await heard()).toBe("new");
  });

  test("a client that entered an empty room with a lost past is told", async () => {
    const [first] = [await say("kept"), await say("lost")];
    await client.subscribe(room, { since: first.position });
    expect(await heard()).toBe("lost");
    log.rollBack(1);
    await log.tell();
    await expectReset();
  });

  test("a client whose place in a room is lost is told, though it was given nothing", async () => {
    await say("kept");
    await say("lost", "project:2");
    await client.subscribe(room);
    log.rollBack(1);
    await log.tell();
    await expectReset();
  });

  test("a client that has seen nothing of it is left alone", async () => {
    await client.subscribe(room);
    await say("kept");
    await say("lost", "project:2");
    expect(await heard()).toBe("kept");
    log.rollBack(1);
    await log.tell();
    await say("new");
    expect(await heard()).toBe("new");
    expect(client.unread).not.toContain("room.reset");
  });

  test("a history read that a rollback interrupts is repeated, and its events arrive once", async () => {
    const first = await say("first");
    await say("kept");
    await say("lost");
    const goOn = log.pauseHistories();
    const answer = client.call("subscribe", { room, since: first.position });
    await client.call("ping");
    log.rollBack(2);
    await log.tell();
    await say("new");
    goOn();
    await answer.catch(() => undefined);
    await client.reconnected();
    await client.subscribe(room, { since: first.position });
    await say("last");
    expect(await heardUpTo("last")).toEqual(["kept", "new", "last"]);
  });

  test("a past that has begun anew is not given before this replica knows", async () => {
    const first = await say("first");
    await say("lost");
    log.rollBack(1);
    await say("new");
    const since = first.position;
    expect(await client.call("subscribe", { room, since })).toMatchObject({ error: { code: "unavailable" } });
    await log.tell();
    await client.subscribe(room, { since });
    await say("last");
    expect(await heardUpTo("last")).toEqual(["new", "last"]);
  });

  test("WS-POS-10 a client that has seen more of the new log than this replica is not resumed from the old one", async () => {
    await client.subscribe(room);
    await say("lost");
    await say("lost too");
    log.rollBack(0);
    const { position: since } = await say("new");
    expect(await client.call("subscribe", { room, since })).toMatchObject({ error: { code: "unavailable" } });
  });

  test("WS-POS-10 a client that has seen more than this replica is given nothing before its place", async () => {
    await say("first");
    log.fallBehind();
    const { position: since } = await say("seen elsewhere");
    const subscribed = client.subscribe(room, { since });
    await client.call("ping");
    log.catchUp();
    await subscribed;
    await say("last");
    expect(await heardUpTo("last")).toEqual(["last"]);
  });

  test("a client that comes back later goes on where it was, and is given nothing twice", async () => {
    const first = await say("first");
    await say("kept");
    for (let n = 0; n < 5; n++) await say("lost", "project:2");
    await client.subscribe(room, { since: first.position });
    log.rollBack(2);
    await log.tell();
    await say("new");
    expect(await heardUpTo("new")).toEqual(["kept", "new"]);
    client.breakConnection();
    await say("missed");
    await client.reconnected();
    await say("last");
    expect(client.socket.recovered).toBe(true);
    expect(await heardUpTo("last")).toEqual(["missed", "last"]);
  });

  function say(word: string, to = room) {
    return announce(server, to, { word });
  }

  async function heard(): Promise<string> {
    const { event } = await client.next("project.updated");
    return (event as unknown as Envelope<string, { changes: { word: string } }>).data.changes.word;
  }

  async function heardUpTo(last: string): Promise<string[]> {
    const words = [await heard()];
    while (words.at(-1) !== last) words.push(await heard());
    return words;
  }

  async function expectReset(): Promise<void> {
    let { event } = await client.next("room.reset");
    while (event.data.room !== room) ({ event } = await client.next("room.reset"));
    expect(event.data).toMatchObject({ reason: "diverged" });
  }
});
