import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import type { Socket } from "socket.io";
import type { ClientOptions } from "ws";
import { announce } from "./support/announce.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { watchFrames } from "./support/frames.ts";
import { RawClient } from "./support/raw-client.ts";

const room = "project:c";
const large = "the same again and again ".repeat(200);
const maxMessageSize = 4_096;

type Offer = ClientOptions["perMessageDeflate"];

interface PerMessageDeflate {
  _inflate: unknown;
  _deflate: unknown;
}

describe("deflated events", () => {
  let server: Embedded;
  let witness: TestClient;
  const clients: RawClient[] = [];
  beforeAll(async () => {
    const socket = { maxMessageSize, maxConnectionsPerUser: 100 };
    server = await startEmbedded({ compressionThreshold: 1_024, socket });
    witness = await TestClient.connected(server.url, { token: testToken("witness") });
  });
  afterEach(async () => {
    expect(await witness.call("ping")).toMatchObject({ ok: true });
    await Promise.all(clients.splice(0).map((client) => client.cut()));
  });
  afterAll(async () => {
    witness.close();
    await server.close();
  });

  test("WS-WIRE-1 are the same bytes for all who inflate, and plain for the others", async () => {
    const all = await Promise.all([follower(true), follower(true), follower(false)]);
    await announce(server, room, { large });
    const texts = await Promise.all(all.map(({ client }) => client.next('42/ws,["project.updated"')));
    expect(new Set(texts).size).toBe(1);
    const [one, two, plain] = all.map(({ frames }) => frames());
    expect(one).toMatchObject([{ isDeflated: true }]);
    expect(two).toEqual(one);
    expect(plain).toMatchObject([{ isDeflated: false }]);
    expect(one?.[0]?.bytes.length).toBeLessThan((plain?.[0]?.bytes.length ?? 0) / 10);
  });

  test("WS-WIRE-1 stand in one write with small ones, which are plain, in their order", async () => {
    const { client, frames } = await follower(true);
    await Promise.all(
      [{ n: 1 }, { n: 2, large }, { n: 3 }].map((changes) => announce(server, room, changes)),
    );
    for (const n of [1, 2, 3]) expect(await client.next('42/ws,["project.updated"')).toContain(`"n":${n}`);
    expect(frames().map(({ isDeflated }) => isDeflated)).toEqual([false, true, false]);
  });

  test("WS-WIRE-1 are plain for a client that asks for a smaller window", async () => {
    const { client, frames } = await follower({ serverMaxWindowBits: 10 });
    expect(client.socket.extensions).toBe("permessage-deflate");
    await announce(server, room, { large });
    expect(await client.next('42/ws,["project.updated"')).toContain(large);
    expect(frames()).toMatchObject([{ isDeflated: false }]);
  });

  test("WS-WIRE-1 leaves answers and what is replayed plain", async () => {
    const { client, frames } = await follower(true);
    const { position } = await announce(server, room, { n: 1 });
    await announce(server, room, { large });
    await client.next('42/ws,["project.updated"');
    await client.next('42/ws,["project.updated"');
    const before = frames().length;
    client.send(`42/ws,1["history",{"room":"${room}","limit":5}]`);
    expect(await client.next("43/ws,1[")).toContain(large);
    client.send(`42/ws,2["subscribe",{"room":"${room}","since":"${position}"}]`);
    expect(await client.next("43/ws,2[")).toContain('"ok":true');
    expect(frames().slice(before)).not.toContainEqual(expect.objectContaining({ isDeflated: true }));
  });

  test("WS-WIRE-3 reads what clients deflate, as browsers do, and keeps nothing of it", async () => {
    const { client } = await follower({ threshold: 0 });
    const deflate = extension();
    for (let n = 1; n <= 3; n++) {
      client.send(`42/ws,${n}["ping"]`);
      await client.next(`43/ws,${n}[`);
      expect(deflate).toMatchObject({ _inflate: null, _deflate: null });
    }
    client.socket.send('42/ws,4["pi', { fin: false });
    client.socket.send('ng"]');
    await client.next("43/ws,4[");
  });

  test.each([true, false])(
    "WS-WIRE-3 bounds the inflated size of a message; in one frame: %s",
    async (isWhole) => {
      const { client } = await follower({ threshold: 0 });
      const bomb = `42/ws,["x","${"0".repeat(maxMessageSize * 50)}"]`;
      if (!isWhole) {
        client.socket.send(bomb.slice(0, bomb.length / 2), { fin: false, compress: true });
        client.socket.send(bomb.slice(bomb.length / 2));
      } else client.send(bomb);
      expect(await client.closed).toBe(1009);
    },
  );

  test("WS-SAFE-9 ends the connection, and only that, after what cannot be inflated", async () => {
    const { client } = await follower(true);
    const { _socket: stream } = client.socket as unknown as { _socket: { write(bytes: Buffer): void } };
    stream.write(Buffer.of(0xc1, 0x84, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff));
    expect(await client.closed).toBe(1007);
  });

  /** A client that follows the room, and what it is sent from then on. */
  async function follower(perMessageDeflate: Offer) {
    const client = await RawClient.open(server.url, { perMessageDeflate });
    clients.push(client);
    client.connect();
    await client.next('42/ws,["connection_established"');
    client.send(`42/ws,0["subscribe",{"room":"${room}"}]`);
    await client.next("43/ws,0[");
    return { client, frames: watchFrames(client.socket) };
  }

  /** What ws holds on the server for the newest connection. */
  function extension(): PerMessageDeflate | undefined {
    const { conn } = [...server.realtime.io.of("/ws").sockets.values()].at(-1) as Socket;
    const { transport } = conn as unknown as {
      transport: { socket: { _extensions: { "permessage-deflate"?: PerMessageDeflate } } };
    };
    return transport.socket._extensions["permessage-deflate"];
  }
});

test("WS-WIRE-2 without a threshold the extension is not negotiated", async () => {
  const server = await startEmbedded();
  const client = await RawClient.open(server.url, { perMessageDeflate: true });
  expect(client.socket.extensions).toBe("");
  await client.cut();
  await server.close();
});
