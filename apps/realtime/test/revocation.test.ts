import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createRoomAccess, revokeControl } from "@roomcast/auth";
import type { LogEntry } from "@roomcast/event-log";
import { projectUpdated, publish, TestClient, testApiKey, testToken, waitUntil } from "@roomcast/testkit";
import type { WebSocket } from "ws";
import type { Session } from "../src/sessions/session.ts";
import { SessionRegistry } from "../src/sessions/session-registry.ts";
import { RevocationControl } from "../src/subscriptions/revocation-control.ts";
import { type Cluster, startCluster } from "./support/cluster.ts";
import { refusal } from "./support/connect-error.ts";
import { PausableRevocations } from "./support/pausable-revocations.ts";

describe("revocation, through the log", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterAll(() => cluster.stop());

  test("SEC-9 WS-AUTH-14 ends the user's connections on every replica; nothing after it reaches them", async () => {
    const clients = await Promise.all([0, 1].map((replica) => connect(replica, "gone")));
    await Promise.all(clients.map((client) => client.subscribe("project:r1")));
    await publish(cluster.api.url, projectUpdated("r1", { n: 1 }));
    await revoke({ userId: "gone" });
    await publish(cluster.api.url, projectUpdated("r1", { n: 2 }));
    for (const client of clients) {
      expect((await client.next("connection.error")).event.data).toMatchObject({ code: "revoked" });
      await waitUntil("the client is disconnected", () => !client.socket.connected);
      expect(client.received.filter(({ name }) => name === "project.updated")).toHaveLength(1);
      expect(client.socket.active).toBe(false);
    }
  });

  test("SEC-10 WS-AUTH-13 a revoked token with a valid session gets no event, only the refusal", async () => {
    const client = await connect(0, "back");
    await client.subscribe("project:r2");
    const { position } = await client.next("connection_established");
    const pid = (client.socket as unknown as { _pid: string })._pid;
    client.close();
    await publish(cluster.api.url, projectUpdated("r2"));
    await revoke({ userId: "back" });
    const again = new TestClient(cluster.replicas[1]?.url ?? "", {
      auth: {
        token: client.socket.auth && (client.socket.auth as { token: string }).token,
        pid,
        offset: position,
      },
    });
    const error = await new Promise<Error & { data?: unknown }>((resolve) =>
      again.socket.once("connect_error", resolve),
    );
    expect(error.data).toMatchObject({ code: "revoked", retryable: false });
    expect(again.received).toEqual([]);
    again.close();
  });

  test("one token by its jti leaves the user's other tokens alone", async () => {
    const [one, two] = await Promise.all([
      connect(0, "two-tokens", { jti: "t1" }),
      connect(1, "two-tokens", { jti: "t2" }),
    ]);
    await revoke({ userId: "two-tokens", tokenId: "t1" });
    await one.next("connection.error");
    await two.subscribe("project:r3");
    await publish(cluster.api.url, projectUpdated("r3"));
    await two.next("project.updated");
    two.close();
  });

  test("SEC-23 WS-ROOM-7 one room: a reset `access`, no later event of it, and no way back with the same token", async () => {
    const client = await connect(0, "lost-room");
    await client.subscribe("project:r4");
    await client.subscribe("project:r5");
    await revoke({ userId: "lost-room", room: "project:r4" });
    await publish(cluster.api.url, projectUpdated("r4"));
    await publish(cluster.api.url, projectUpdated("r5"));
    const reset = await client.next("room.reset");
    expect(reset.event.data).toMatchObject({ room: "project:r4", reason: "access" });
    expect((await client.next("project.updated")).event.room).toBe("project:r5");
    expect(await client.call("subscribe", { room: "project:r4" })).toMatchObject({
      error: { code: "forbidden" },
    });
    client.breakConnection();
    await client.reconnected();
    const { event } = await client.next("connection.established");
    expect(new Set(event.data.rooms as string[])).toEqual(
      new Set(["user:lost-room", "global", "project:r5"]),
    );
    client.close();
  });

  test("WS-RESET-6 one room: a client that had not read of it is told when it comes back, elsewhere too", async () => {
    const [deaf, other] = await Promise.all([connect(0, "unread"), connect(0, "unread")]);
    for (const client of [deaf, other]) await client.subscribe("project:r7");
    await deaf.subscribe("project:r8");
    const { ws } = deaf.socket.io.engine.transport as unknown as { ws: WebSocket };
    ws.pause();
    await revoke({ userId: "unread", room: "project:r7" });
    await other.next("room.reset");
    Object.assign(deaf.socket.io, { uri: cluster.replicas[1]?.url });
    deaf.breakConnection();
    ws.terminate();
    for (const isHeard of [false, true]) {
      const { event } = await deaf.next("connection.established");
      expect(event.data).toMatchObject({
        recovered: true,
        rooms: expect.not.arrayContaining(["project:r7"]),
      });
      expect(deaf.unread.includes("room.reset")).toBe(!isHeard);
      if (!isHeard) expect((await deaf.next("room.reset")).event.room).toBe("project:r7");
      deaf.breakConnection();
    }
    for (const client of [deaf, other]) client.close();
  });

  test("a token from a clock that is ahead is taken back like any other: as a whole, and for one room", async () => {
    const iat = Math.floor(Date.now() / 1_000) + 4;
    const [gone, lost] = await Promise.all([connect(0, "ahead", { iat }), connect(1, "ahead-room", { iat })]);
    await lost.subscribe("project:r6");
    await revoke({ userId: "ahead" });
    await revoke({ userId: "ahead-room", room: "project:r6" });
    expect((await gone.next("connection.error")).event.data).toMatchObject({ code: "revoked" });
    expect((await lost.next("room.reset")).event.data).toMatchObject({ reason: "access" });
    expect(await lost.call("subscribe", { room: "project:r6" })).toMatchObject({
      error: { code: "forbidden" },
    });
    const token = testToken("ahead", { iat });
    expect((await refusal(cluster.replicas[1]?.url ?? "", { token })).data).toMatchObject({
      code: "revoked",
    });
    lost.close();
  });

  test("WS-AUTH-16 a token from a clock that is further ahead is refused", async () => {
    const token = testToken("far-ahead", { iat: Math.floor(Date.now() / 1_000) + 60 });
    expect((await refusal(cluster.replicas[0]?.url ?? "", { token })).data).toMatchObject({
      code: "unauthorized",
      message: expect.stringContaining("is in the future"),
    });
  });

  function connect(replica: number, userId: string, claims = {}): Promise<TestClient> {
    return TestClient.connected(cluster.replicas[replica]?.url ?? "", { token: testToken(userId, claims) });
  }

  async function revoke(body: object): Promise<void> {
    const response = await fetch(`${cluster.api.url}/api/v1/revocations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testApiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
  }
});

describe("the control of revocations", () => {
  let store: PausableRevocations;
  let sessions: SessionRegistry;
  let errors: string[];
  const session = {
    id: "s",
    userId: "ada",
    connection: { terminate: () => sessions.remove(session) },
  } as Session;
  beforeEach(() => {
    store = new PausableRevocations();
    sessions = new SessionRegistry();
    sessions.add(session);
    errors = [];
  });

  test("WS-AUTH-18 closes all connections if revocations cannot be read for long", async () => {
    store.isReadable = false;
    await open({ unreadableMs: 0 }).checkAll();
    expect(sessions.size).toBe(0);
    expect(errors.at(-1)).toContain("closing all connections");
  });

  test("stops waiting for the store when it is stopped", async () => {
    store.isReadable = false;
    const control = open();
    const checked = control.checkAll();
    control.stop();
    await expect(checked).rejects.toMatchObject({ name: "AbortError" });
    expect(sessions.size).toBe(1);
  });

  test("knows what came during a handshake, unless that was very much or there was a gap", () => {
    const control = open();
    const revisions = Array.from({ length: 3_000 }, () => {
      control.apply(revocationOf("bob"));
      return control.revision;
    });
    expect(control.applySince(session, 0)).toBe(false);
    expect(control.applySince(session, revisions.at(-400) ?? 0)).toBe(true);
    control.noteGap();
    expect(control.applySince(session, revisions.at(-1) ?? 0)).toBe(false);
    expect(control.applySince(session, control.revision)).toBe(true);
  });

  function open(options: { unreadableMs?: number } = {}): RevocationControl {
    return new RevocationControl({
      sessions,
      subscriptions: () => {
        throw new Error("no room is taken here");
      },
      access: createRoomAccess(),
      store,
      onError: ({ message }) => errors.push(message),
      ...options,
    });
  }
});

function revocationOf(userId: string): LogEntry {
  const json = JSON.stringify({ userId, atMs: 1 });
  const rest = { offset: 1, epoch: "e", timeMs: 1, rooms: [], transient: true };
  return { kind: "control", type: revokeControl, json, ...rest };
}
