import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createRevocableVerifier, createRoomAccess, createTokenVerifier } from "@roomcast/auth";
import { type Envelope, parsePosition, type RoomName } from "@roomcast/events";
import { TestClient, testSecret, testToken, waitUntil } from "@roomcast/testkit";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { PausableRevocations } from "./support/pausable-revocations.ts";
import { Pause } from "./support/pause.ts";
import { RewindableLog } from "./support/rewindable-log.ts";

const room: RoomName = "project:1";

describe("a replica that missed a part of the log", () => {
  let log: RewindableLog;
  let revocations: PausableRevocations;
  let server: Embedded;
  /** After a token was verified, and before a room is authorised. */
  let [verified, authorising] = [new Pause(), new Pause()];
  const clients: TestClient[] = [];
  beforeEach(async () => {
    log = new RewindableLog();
    revocations = new PausableRevocations();
    [verified, authorising] = [new Pause(), new Pause()];
    const verifier = createRevocableVerifier(createTokenVerifier({ secret: testSecret }), revocations);
    const access = createRoomAccess();
    server = await startEmbedded({
      log,
      revocations,
      verifier: {
        async verify(token) {
          const principal = await verifier.verify(token);
          await verified.pass();
          return principal;
        },
      },
      access: {
        async mayEnter(principal, wanted) {
          await authorising.pass();
          return access.mayEnter(principal, wanted);
        },
        invalidate: (userId) => access.invalidate(userId),
      },
    });
  });
  afterEach(async () => {
    revocations.isReadable = true;
    for (const client of clients.splice(0)) client.close();
    await server.close();
  });

  test("WS-AUTH-14 ends connections whose revocation it missed before it delivers anything", async () => {
    const [lost, kept] = [await connect("lost"), await connect("kept")];
    for (const client of [lost, kept]) await client.subscribe(room);
    log.fallBehind();
    await revocations.take("lost");
    await say("secret");
    await log.trim();
    expect((await lost.next("connection.error")).event.data).toMatchObject({ code: "revoked" });
    await waitUntil("the client is disconnected", () => !lost.socket.connected);
    expect(lost.socket.active).toBe(false);
    expect(await heard(kept)).toBe("secret");
    expect(namesOf(lost)).not.toContain("project.updated");
  });

  test("WS-AUTH-14 ends them also where the end of the log was lost", async () => {
    const lost = await connect("lost");
    await lost.subscribe(room);
    await say("kept");
    log.rollBack(1);
    await revocations.take("lost");
    await say("secret");
    await log.tell();
    expect((await lost.next("connection.error")).event.data).toMatchObject({ code: "revoked" });
    await waitUntil("the client is disconnected", () => !lost.socket.connected);
    expect(namesOf(lost).filter((name) => name === "project.updated")).toHaveLength(1);
  });

  test("WS-ROOM-7 takes a room whose revocation it missed before it delivers anything", async () => {
    const client = await connect("lost");
    for (const one of [room, "project:2"]) await client.subscribe(one);
    log.fallBehind();
    await revocations.take("lost", { room });
    await say("secret");
    await say("open", "project:2");
    await log.trim();
    expect((await client.next("room.reset")).event.data).toMatchObject({ room, reason: "access" });
    expect(await heard(client)).toBe("open");
    expect(await client.call("subscribe", { room })).toMatchObject({ error: { code: "forbidden" } });
  });

  test("WS-AUTH-18 delivers nothing as long as it cannot know who was revoked", async () => {
    const client = await connect("ada");
    await client.subscribe(room);
    log.fallBehind();
    await say("missed");
    revocations.isReadable = false;
    const trimmed = log.trim();
    await waitUntil("it was tried twice", () => revocations.refusals > 1);
    expect(await client.call("ping")).toMatchObject({ ok: true });
    expect(client.unread).not.toContain("project.updated");
    expect(server.logLines.join()).toContain("no events are delivered until revocations can be read");
    expect(await server.health.report()).toMatchObject({ status: "unready" });
    revocations.isReadable = true;
    await trimmed;
    expect(await heard(client)).toBe("missed");
  });

  test("WS-AUTH-18 asks again for a client whose token was verified before the gap", async () => {
    const { reached, goOn } = verified.begin();
    const late = new TestClient(server.url, { token: testToken("late") });
    clients.push(late);
    await reached;
    log.fallBehind();
    await revocations.take("late");
    await log.trim();
    goOn();
    expect((await late.next("connection.error")).event.data).toMatchObject({ code: "revoked" });
    expect(namesOf(late)).toEqual(["connection.error"]);
  });

  test("WS-SUB-1 lets nobody enter a room at a place that is passed over", async () => {
    const [witness, client] = [await connect("witness"), await connect("ada")];
    await witness.subscribe("project:2");
    log.fallBehind();
    await say("missed by all");
    const goOn = log.pauseHistories();
    const trimmed = log.trim();
    const entered = client.subscribe(room);
    const fresh = new TestClient(server.url, { token: testToken("fresh") });
    clients.push(fresh);
    await new Promise<void>((resolve) => fresh.socket.once("connect", resolve));
    expect(await client.call("ping")).toMatchObject({ ok: true });
    expect(await fresh.call("ping")).toMatchObject({ ok: true });
    expect(fresh.received).toEqual([]);
    goOn();
    await trimmed;
    const [{ position }, first] = [await entered, await fresh.next()];
    expect(first.name).toBe("connection.established");
    for (const told of [position, first.position]) expect(parsePosition(told).offset).toBe(1);
    await say("next");
    expect(await heard(client)).toBe("next");
  });

  test("WS-SUB-5 gives the past whole when the gap comes while it is read", async () => {
    const client = await connect("ada");
    const first = await say("first");
    await say("second");
    const goOn = log.pauseHistories();
    const asked = client.call("subscribe", { room, since: first.position });
    await client.call("ping");
    log.fallBehind();
    await say("third");
    const trimmed = log.trim();
    goOn();
    await trimmed;
    await asked.catch(() => undefined);
    await client.reconnected();
    await client.subscribe(room, { since: first.position });
    await say("last");
    expect(await heardUpTo(client, "last")).toEqual(["second", "third", "last"]);
  });

  test("WS-POS-14 tells no position to a client that is not resumed yet", async () => {
    const client = await connect("ada");
    await client.subscribe(room);
    await say("first");
    expect(await heard(client)).toBe("first");
    const waiting = await breakAndHoldBack(client);
    await say("lost", "project:2");
    log.rollBack(2);
    await log.tell();
    expect(await client.call("ping")).toMatchObject({ ok: true });
    expect(client.unread).not.toContain("position.advanced");
    client.breakConnection();
    waiting();
    await client.reconnected();
    await say("last");
    expect(await heardUpTo(client, "last")).toEqual(["missed", "last"]);
    expect(client.socket.recovered).toBe(true);
  });

  test("WS-POS-14 judges a client's position by the log as it is when its rooms are entered", async () => {
    const client = await connect("ada");
    await client.subscribe(room);
    await say("lost");
    expect(await heard(client)).toBe("lost");
    const waiting = await breakAndHoldBack(client);
    log.rollBack(0);
    await log.tell();
    waiting();
    let reset = await client.next("room.reset");
    while (reset.event.data.room !== room) reset = await client.next("room.reset");
    expect(reset.event.data).toMatchObject({ reason: "diverged" });
  });

  test("WS-RESET-1 resets a room that cannot be read, before it delivers what others missed, in order", async () => {
    const client = await connect("ada");
    const rooms: RoomName[] = ["project:1", "project:2", "project:3"];
    for (const one of rooms) await client.subscribe(one);
    log.fallBehind();
    for (const word of ["a", "b", "c", "d"])
      await say(word, word === "c" ? "project:3" : ["project:1", "project:2"]);
    for (const word of ["e", "f"]) await say(word, word === "e" ? "project:2" : "project:1");
    log.spoilHistory("project:3");
    await log.trim();
    expect((await client.next("room.reset")).event.data).toMatchObject({
      room: "project:3",
      reason: "trimmed",
    });
    const names = namesOf(client).filter((name) => name === "room.reset" || name === "project.updated");
    expect(await heardUpTo(client, "f")).toEqual(["a", "b", "d", "e", "f"]);
    expect(names[0]).toBe("room.reset");
    await client.next("position.advanced");
  });

  async function connect(userId: string): Promise<TestClient> {
    const client = await TestClient.connected(server.url, { token: testToken(userId) });
    clients.push(client);
    return client;
  }

  /** Breaks the connection, publishes, and lets the client come back as far as to where its rooms are authorised. */
  async function breakAndHoldBack(client: TestClient): Promise<() => void> {
    const { reached, goOn } = authorising.begin();
    client.breakConnection();
    await say("missed");
    await client.reconnected();
    await reached;
    return goOn;
  }

  function say(word: string, to: RoomName | RoomName[] = room) {
    return announce(server, to, { word });
  }
});

async function heard(client: TestClient): Promise<string> {
  const { event } = await client.next("project.updated");
  return (event as unknown as Envelope<string, { changes: { word: string } }>).data.changes.word;
}

async function heardUpTo(client: TestClient, last: string): Promise<string[]> {
  const words = [await heard(client)];
  while (words.at(-1) !== last) words.push(await heard(client));
  return words;
}

function namesOf({ received }: TestClient): string[] {
  return received.map(({ name }) => name);
}
