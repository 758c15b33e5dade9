import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { CuttingProxy, testToken, waitUntil } from "@roomcast/testkit";
import { createElement, type FunctionComponent, useEffect, useState } from "react";
import { io as connect, type Socket } from "socket.io-client";
import { guideCode, runGuide } from "./support/guide.ts";
import { render } from "./support/render.ts";
import { Standalone } from "./support/standalone.ts";

/** More chunks than it takes to connect, to subscribe and to be answered: at last nothing is cut. */
const chunks = Array.from({ length: 14 }, (_, index) => index);

let server: Standalone;
let proxy: CuttingProxy | undefined;
let socket: Socket | undefined;
beforeAll(async () => {
  server = await Standalone.start();
}, 60_000);
afterEach(() => {
  socket?.disconnect();
  proxy?.stop();
});
afterAll(() => server.stop());

/** As the guide calls it, and coming back quickly. */
const io = (url: string, options: object) =>
  connect(url, {
    ...options,
    forceNew: true,
    transports: ["websocket"],
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
  });

async function cutAfter(count: number): Promise<string> {
  proxy = await CuttingProxy.start(server.process.port, count);
  return proxy.url;
}

/** Publishes until an event gets there: whoever follows nothing, for ever, gets none. */
async function publishUntil(project: string, hasCome: () => boolean): Promise<void> {
  let n = 0;
  await waitUntil("an event gets there", async () => {
    await server.update(project, ++n);
    return hasCome();
  });
}

describe("the guide's way to connect and follow", () => {
  test.each(chunks)(
    "follows the room, and fetches its state, though the connection breaks after %i chunks",
    async (count) => {
      const shown: unknown[] = [];
      const fetched: string[] = [];
      const given = {
        io,
        token: testToken(`follow-${count}`),
        show: (data: unknown) => shown.push(data),
        fetchState: (room: string) => fetched.push(room),
        refused: (error: unknown) => shown.push(error),
        console: { log: () => undefined },
      };
      socket = runGuide(
        guideCode("## Connect") + guideCode("## Follow a room"),
        await cutAfter(count),
        given,
        "socket",
      ) as Socket;
      await publishUntil("123", () => shown.length > 0);
      await waitUntil("its state is fetched", () => fetched.length > 0);
      expect(shown[0]).toMatchObject({ projectId: "123" });
    },
  );

  test("the way it was before, only after an unrecovered connect, follows the room too", async () => {
    for (const count of chunks) {
      let events = 0;
      socket = io(`${await cutAfter(count)}/ws`, { auth: { token: testToken(`old-${count}`) } });
      const old = socket;
      old.on("connect", () => {
        if (!old.recovered) old.emit("subscribe", { room: "project:old" });
      });
      old.on("project.updated", () => events++);
      await publishUntil("old", () => events > 0);
      old.disconnect();
      proxy?.stop();
    }
  }, 60_000);
});

describe("the guide's React hook", () => {
  type Project = { n?: number; id?: string } | undefined;

  function start(url: string, user: string) {
    const fetchToken = async () => testToken(user);
    let failures = 1;
    const fetchProject = async (id: string) => {
      if (failures-- > 0) throw new Error("the API is down");
      return { id };
    };
    const given = { io, fetchToken, fetchProject, useEffect, useState };
    const code = guideCode("## React").replaceAll("1_000", "20");
    const { socket: made, useProject } = runGuide(code, url, given, "{ socket, useProject }") as {
      socket: Socket;
      useProject: (id: string) => Project;
    };
    socket = made;
    const ids = new Set<string>();
    const Shown: FunctionComponent<{ id: string }> = ({ id }) => {
      const project = useProject(id);
      if (project?.id !== undefined && project.id !== id) ids.add(`${project.id} as ${id}`);
      return createElement(
        "p",
        null,
        project === undefined ? `${id} loading` : `${project.id} ${project.n ?? "-"}`,
      );
    };
    return { Shown, wrong: ids };
  }

  test.each(chunks)(
    "shows the project and follows it, though the connection breaks after %i chunks",
    async (count) => {
      // It is mounted while the socket is not connected yet.
      const { Shown } = start(await cutAfter(count), `hook-${count}`);
      const rendered = render(undefined as never, Shown, { id: `h${count}` });
      await publishUntil(`h${count}`, () => new RegExp(`^h${count} \\d`).test(rendered.text));
      rendered.unmount();
    },
  );

  test("shows another project when the id changes, and never the former one's state as its own", async () => {
    const { Shown, wrong } = start(server.url, "hook-change");
    const rendered = render(undefined as never, Shown, { id: "a" });
    await publishUntil("a", () => /^a \d/.test(rendered.text));
    rendered.update({ id: "b" });
    await publishUntil("b", () => /^b \d/.test(rendered.text));
    expect([...wrong]).toEqual([]);
    rendered.unmount();
    await waitUntil("it listens no more", () => socket?.hasListeners("project.updated") === false);
    socket?.disconnect();
    await waitUntil("it is gone", () => rendered.text === "");
  });
});
