import { beforeEach, describe, expect, test } from "@jest/globals";
import { createRoomAccess, revokeControl } from "@roomcast/auth";
import type { LogEntry } from "@roomcast/event-log";
import type { Session } from "../src/sessions/session.ts";
import { SessionRegistry } from "../src/sessions/session-registry.ts";
import { RevocationControl } from "../src/subscriptions/revocation-control.ts";
import { PausableRevocations } from "./support/pausable-revocations.ts";

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

  test("remembers the revocations during a handshake, unless there were very many or the log had a gap", () => {
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
