import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { EventLog, EventLogOptions } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { waitUntil } from "@roomcast/testkit";
import { Recorder } from "./support/recorder.ts";
import { ids, request } from "./support/requests.ts";

/** What every `EventLog` promises. `open` gives a fresh, empty log; `close` ends what `open` made. */
export function eventLogContract(
  name: string,
  open: (options?: EventLogOptions) => Promise<EventLog>,
  close: () => Promise<void>,
): void {
  describe(`${name} keeps the contract of EventLog`, () => {
    let log: EventLog;
    beforeEach(async () => {
      log = await open();
    });
    afterEach(close);

    const append = async (rooms?: RoomName[], extra = {}) => log.append(request(rooms, extra));

    describe("append", () => {
      test("gives contiguous offsets from 1 on in one epoch", async () => {
        const appended = await Promise.all(Array.from({ length: 50 }, () => append()));
        expect(appended.map(({ position }) => position.offset)).toEqual(
          Array.from({ length: 50 }, (_, i) => i + 1),
        );
        expect(new Set(appended.map(({ position }) => position.epoch)).size).toBe(1);
        expect(await log.head()).toMatchObject({ offset: 50, epochs: [{ first: 1 }] });
      });

      test("suppresses a retry with the same idempotency key and content", async () => {
        const idempotency = { key: "k1", fingerprint: "f1" };
        const first = await append(["project:1"], { idempotency });
        const again = await append(["project:1"], { idempotency });
        expect(again).toEqual({ ...first, duplicate: true });
        expect((await log.head()).offset).toBe(1);
      });

      test("remembers an idempotency key from its first use on, and no longer for being retried", async () => {
        log = await open({ idempotencyTtlMs: 300 });
        const idempotency = { key: "k1", fingerprint: "f1" };
        // As long as each retry made it last longer, it would be a duplicate for ever.
        let offset = 1;
        while (offset === 1) offset = (await append(["project:1"], { idempotency })).position.offset;
        expect(offset).toBe(2);
        expect(await append(["project:1"], { idempotency })).toMatchObject({ duplicate: true });
      });

      test("refuses an idempotency key with other content and writes nothing", async () => {
        await append(["project:1"], { idempotency: { key: "k1", fingerprint: "f1" } });
        const other = append(["project:1"], { idempotency: { key: "k1", fingerprint: "f2" } });
        await expect(other).rejects.toMatchObject({ code: "idempotency_conflict" });
        expect((await log.head()).offset).toBe(1);
      });

      test("settles each of many appends made at once by itself", async () => {
        const keyed = (key: string, fingerprint: string) =>
          append(["project:1"], { idempotency: { key, fingerprint } });
        const settled = await Promise.allSettled([
          keyed("a", "1"),
          keyed("a", "1"),
          keyed("a", "2"),
          append(["project:2"]),
          keyed("b", "1"),
          keyed("a", "1"),
        ]);
        const outcomes = settled.map((one) =>
          one.status === "fulfilled"
            ? [one.value.position.offset, one.value.duplicate]
            : (one.reason as { code: string }).code,
        );
        expect(outcomes).toEqual([
          [1, false],
          [1, true],
          "idempotency_conflict",
          [2, false],
          [3, false],
          [1, true],
        ]);
        expect((await log.head()).offset).toBe(3);
      });

      test("writes what is called at once in the order of the calls, whatever each waits for", async () => {
        const acks = ["replicated_if_any", undefined, "primary", "replicated_if_any", undefined] as const;
        const calls = Array.from({ length: 20 }, (_, n) => {
          const ack = acks[n % acks.length];
          return append(["project:1"], ack === undefined ? {} : { ack });
        });
        const appended = await Promise.all(calls);
        expect(appended.map(({ position }) => position.offset)).toEqual(calls.map((_, n) => n + 1));
      });

      test.each([
        ["invalid_room", "a room of a kind that has no history", { rooms: ["shop:1"] }],
        ["invalid_room", "a kind named like what every object has", { rooms: ["constructor:1"] }],
        ["invalid_room", "a room that is none", { rooms: ["project:a b"] }],
        ["invalid_event", "an id with a space", { id: "a b" }],
        ["invalid_event", "a type that is none", { type: "" }],
        ["invalid_event", "no text", { json: undefined }],
        ["invalid_command", "an empty fingerprint", { idempotency: { key: "k", fingerprint: "" } }],
        ["invalid_command", "a key that is no text", { idempotency: { key: 7, fingerprint: "f" } }],
        ["invalid_command", "an unknown ack", { ack: "all" }],
      ])("refuses with `%s`, not retryable, what it can never take: %s", async (code, _, wrong) => {
        const calls = [append(), append(undefined, wrong), append()];
        const settled = await Promise.allSettled(calls);
        expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(settled[1]).toMatchObject({ reason: { code, retryable: false } });
        await expect(log.appendAll([request(), request(undefined, wrong as object)])).rejects.toMatchObject({
          code,
        });
        expect((await log.head()).offset).toBe(2);
      });

      test("takes a transient entry for any kind of room", async () => {
        await append(["shop:1" as RoomName], { transient: true });
        expect((await log.head()).offset).toBe(1);
        await expect(log.history("shop:1" as RoomName, { limit: 1 })).rejects.toMatchObject({
          code: "invalid_room",
        });
      });

      test("keeps text that means something to Lua, Redis or its own format as it is", async () => {
        const json = JSON.stringify({ id: 'x\r\n"] 7 e redis.call("FLUSHALL") \u2028 é 𝄞' });
        await append(["project:1"], { json });
        const slice = await log.history("project:1", { after: 0, limit: 10 });
        expect(slice.entries.map((entry) => entry.json)).toEqual([json]);
      });
    });

    describe("appendAll", () => {
      const keyed = (key: string, fingerprint: string) =>
        request(["project:1"], { idempotency: { key, fingerprint } });

      test("writes entries one after the other, none of others between, and answers for each", async () => {
        await log.append(keyed("a", "1"));
        const batch = [
          request(),
          keyed("a", "1"),
          keyed("a", "2"),
          ...Array.from({ length: 200 }, () => request()),
        ];
        const [settled] = await Promise.all([
          log.appendAll(batch),
          ...batch.map(() => log.append(request())),
        ]);
        const offsets = settled.map((one) => (one.status === "fulfilled" ? one.value.position.offset : 0));
        const later = Array.from({ length: 200 }, (_, n) => n + 3);
        expect(offsets).toEqual([2, 1, 0, ...later]);
        expect(settled[2]).toMatchObject({ reason: { code: "idempotency_conflict" } });
        expect(await log.appendAll([])).toEqual([]);
      });

      test.each([
        ["entries", Array.from({ length: 257 }, () => request())],
        ["characters", [request(), request(undefined, { json: JSON.stringify("x".repeat(2_200_000)) })]],
      ])("refuses too many %s for one batch and writes nothing", async (_, batch) => {
        await expect(log.appendAll(batch)).rejects.toMatchObject({
          code: "payload_too_large",
          retryable: false,
        });
        expect((await log.head()).offset).toBe(0);
      });
    });

    describe("history", () => {
      test("returns a room's entries after an offset, complete and in order", async () => {
        const sent = [request(), request(["project:2"]), request(["project:2", "project:1"]), request()];
        for (const one of sent) await log.append(one);
        const slice = await log.history("project:1", { after: 1, limit: 10 });
        expect(ids(slice.entries)).toEqual([sent[2]?.id, sent[3]?.id]);
        expect(slice).toMatchObject({ complete: true, more: false });
        expect(slice.entries.map((entry) => entry.offset)).toEqual([3, 4]);
      });

      test("pages by limit and stops at `until`", async () => {
        for (let i = 0; i < 10; i++) await append();
        const page = await log.history("project:1", { after: 2, until: 8, limit: 4 });
        expect(page.entries.map((entry) => entry.offset)).toEqual([3, 4, 5, 6]);
        expect(page).toMatchObject({ complete: true, more: true });
        const rest = await log.history("project:1", { after: 6, until: 8, limit: 4 });
        expect(rest.entries.map((entry) => entry.offset)).toEqual([7, 8]);
        expect(rest).toMatchObject({ complete: true, more: false });
      });

      test("proves completeness from any offset when rooms took turns in one tick", async () => {
        const rooms: RoomName[][] = [["project:1"], ["project:2"], ["project:1", "project:2"], ["project:3"]];
        await Promise.all(Array.from({ length: 40 }, (_, n) => append(rooms[n % rooms.length])));
        for (let after = 0; after <= 40; after++) {
          const slice = await log.history("project:1", { after, limit: 100 });
          const expected = Array.from({ length: 40 }, (_, n) => n + 1).filter(
            (n) => n > after && n % 2 === 1,
          );
          expect(slice.entries.map(({ offset }) => offset)).toEqual(expected);
          expect(slice.complete).toBe(true);
        }
      });

      test("without `after` gives the newest entries, oldest of them first", async () => {
        for (let i = 0; i < 5; i++) await append();
        const slice = await log.history("project:1", { limit: 2 });
        expect(slice.entries.map((entry) => entry.offset)).toEqual([4, 5]);
        expect(slice.complete).toBe(false);
      });

      test("is complete and empty for a room that never had an event", async () => {
        await append();
        expect(await log.history("project:9", { after: 0, limit: 10 })).toEqual({
          entries: [],
          complete: true,
          more: false,
        });
      });

      test("is incomplete when entries after the offset were trimmed by number", async () => {
        log = await open({ history: { project: { maxEvents: 3, maxAgeMs: 60_000 } } });
        await Promise.all(Array.from({ length: 5 }, () => append()));
        expect(await log.history("project:1", { after: 1, limit: 10 })).toMatchObject({ complete: false });
        const slice = await log.history("project:1", { after: 2, limit: 10 });
        expect(slice.complete).toBe(true);
        expect(slice.entries.map((entry) => entry.offset)).toEqual([3, 4, 5]);
      });

      test("is incomplete when entries after the offset may have passed their age", async () => {
        log = await open({ history: { project: { maxEvents: 10, maxAgeMs: 1_000 } } });
        await append();
        await append();
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        expect(await log.history("project:1", { after: 0, limit: 10 })).toMatchObject({
          entries: [],
          complete: false,
        });
        expect(await log.history("project:1", { after: 2, limit: 10 })).toMatchObject({
          entries: [],
          complete: true,
        });
        expect(await log.history("project:1", { limit: 10 })).toMatchObject({ entries: [], complete: false });
      });

      test("is complete from the newest event of a room on, however long ago that was", async () => {
        log = await open({ history: { project: { maxEvents: 10, maxAgeMs: 1_000 } } });
        await append();
        await append();
        const hasExpired = async () => !(await log.history("project:1", { after: 0, limit: 10 })).complete;
        await waitUntil("the history has expired", hasExpired);
        await append(["project:2"]);
        const nothing = { entries: [], complete: true, more: false };
        expect(await log.history("project:1", { after: 2, limit: 10 })).toEqual(nothing);
        expect(await log.history("project:1", { after: 3, limit: 10 })).toEqual(nothing);
        expect(await log.history("project:1", { after: 1, limit: 10 })).toMatchObject({ complete: false });
      });

      test("a first event after all older ones expired does not hide them", async () => {
        log = await open({ history: { project: { maxEvents: 10, maxAgeMs: 1_000 } } });
        await append();
        await append();
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        await append();
        expect((await log.history("project:1", { after: 0, limit: 10 })).complete).toBe(false);
        expect(await log.history("project:1", { after: 2, limit: 10 })).toMatchObject({ complete: true });
      });

      test("does not hold transient entries", async () => {
        await append(["project:1"], { transient: true });
        expect(await log.history("project:1", { after: 0, limit: 10 })).toMatchObject({
          entries: [],
          complete: true,
        });
      });
    });

    describe("follow", () => {
      test("delivers every later entry once and in order, transient ones too", async () => {
        await append();
        const recorder = await Recorder.of(log);
        const sent = Array.from({ length: 200 }, (_, i) =>
          request(["project:1"], { transient: i % 7 === 0 }),
        );
        await Promise.all(sent.map((one) => log.append(one)));
        await recorder.until(() => recorder.entries.length === 200);
        expect(ids(recorder.entries)).toEqual(sent.map(({ id }) => id));
        const first = recorder.entries[0]?.offset ?? 0;
        expect(recorder.entries.map(({ offset }) => offset - first)).toEqual(sent.map((_, i) => i));
        expect(recorder.breaks).toEqual([]);
      });

      test("delivers an event of several rooms once, with all of them", async () => {
        const recorder = await Recorder.of(log);
        await append(["project:1", "agent:7", "global"]);
        await append();
        await recorder.until(() => recorder.entries.length === 2);
        expect(recorder.entries[0]?.rooms).toEqual(["project:1", "agent:7", "global"]);
      });

      test("gives every follower the same order", async () => {
        const [one, two] = await Promise.all([Recorder.of(log), Recorder.of(log)]);
        await Promise.all(Array.from({ length: 100 }, () => append()));
        await Promise.all([one, two].map((r) => r.until(() => r.entries.length === 100)));
        expect(ids(one.entries)).toEqual(ids(two.entries));
      });

      test("`reached` resolves when the offset was delivered, and false in vain", async () => {
        const recorder = await Recorder.of(log);
        const before = recorder.follower.position.offset;
        const reached = recorder.follower.reached(before + 1, 5_000);
        await append();
        expect(await reached).toBe(true);
        expect(recorder.entries.length).toBe(1);
        expect(await recorder.follower.reached(before + 1_000, 50)).toBe(false);
      });

      test("tells controls and events apart", async () => {
        const recorder = await Recorder.of(log);
        await append([], { kind: "control", type: "revoke", transient: true });
        await recorder.until(() => recorder.entries.length === 1);
        expect(recorder.entries[0]).toMatchObject({ kind: "control", type: "revoke", rooms: [] });
      });
    });

    test("fails with `unavailable` after close", async () => {
      await log.close();
      await expect(append()).rejects.toMatchObject({ code: "unavailable" });
      expect(await log.appendAll([request()])).toMatchObject([{ reason: { code: "unavailable" } }]);
    });
  });
}
