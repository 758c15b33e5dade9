import { describe, expect, jest, test } from "@jest/globals";
import { storagePositions } from "@roomcast/client";
import { MemoryStorage } from "./support/memory-storage.ts";

describe("positions in a storage", () => {
  test("are found by the next page, and by no other prefix", () => {
    const storage = new MemoryStorage();
    const positions = storagePositions(storage, "alice");
    positions.set("project:1", "e.1");
    positions.flush();
    expect(storagePositions(storage, "alice").get("project:1")).toBe("e.1");
    expect(storagePositions(storage, "bob").get("project:1")).toBeUndefined();
  });

  test("are written at most every 100 ms", () => {
    jest.useFakeTimers();
    try {
      const storage = new MemoryStorage();
      const positions = storagePositions(storage, "alice");
      for (let n = 1; n <= 50; n++) positions.set("project:1", `e.${n}`);
      jest.advanceTimersByTime(99);
      expect([storage.writes, positions.get("project:1")]).toEqual([0, "e.50"]);
      jest.advanceTimersByTime(1);
      jest.advanceTimersByTime(1_000);
      expect(storage.writes).toBe(1);
      expect(storagePositions(storage, "alice").get("project:1")).toBe("e.50");
    } finally {
      jest.useRealTimers();
    }
  });

  test("are written when the page goes", () => {
    const page = new EventTarget();
    globalThis.addEventListener = page.addEventListener.bind(page);
    try {
      const storage = new MemoryStorage();
      storagePositions(storage, "alice").set("project:1", "e.1");
      page.dispatchEvent(new Event("pagehide"));
      expect(storage.writes).toBe(1);
    } finally {
      Reflect.deleteProperty(globalThis, "addEventListener");
    }
  });

  test("of another tab's rooms stay, and its progress does not change this page's", () => {
    const storage = new MemoryStorage();
    const [mine, other] = [storagePositions(storage, "alice"), storagePositions(storage, "alice")];
    mine.set("project:1", "e.1");
    other.set("project:1", "e.9");
    other.set("project:2", "e.9");
    other.flush();
    expect(mine.get("project:1")).toBe("e.1");
    mine.flush();
    const next = storagePositions(storage, "alice");
    expect([next.get("project:1"), next.get("project:2")]).toEqual(["e.1", "e.9"]);
  });

  test("are kept of the 500 rooms handled last", () => {
    const storage = new MemoryStorage();
    const positions = storagePositions(storage, "alice");
    for (let n = 0; n < 501; n++) positions.set(`project:${n}`, "e.1");
    positions.set("project:0", "e.2");
    positions.flush();
    const next = storagePositions(storage, "alice");
    expect(["project:0", "project:1", "project:2"].map((room) => next.get(room))).toEqual([
      "e.2",
      undefined,
      "e.1",
    ]);
  });

  test("can be forgotten", () => {
    const storage = new MemoryStorage();
    const positions = storagePositions(storage, "alice");
    positions.set("project:1", "e.1");
    positions.flush();
    positions.set("project:1", "e.2");
    positions.clear();
    positions.flush();
    expect([storage.items.size, positions.get("project:1")]).toEqual([0, undefined]);
  });

  test("work without a storage that is forbidden, full or unreadable, and tell so", () => {
    const told: unknown[] = [];
    const failures = [
      () => {
        throw new Error("forbidden");
      },
      () => Object.assign(new MemoryStorage(), { setItem: () => failWith("full") }),
      () => Object.assign(new MemoryStorage(), { getItem: () => "{nonsense" }),
      () => Object.assign(new MemoryStorage(), { getItem: () => '[["project:1",5]]' }),
    ];
    for (const storage of failures) {
      const positions = storagePositions(storage, "alice", (error) => told.push(error));
      positions.set("project:1", "e.1");
      positions.flush();
      expect(positions.get("project:1")).toBe("e.1");
    }
    expect(told).toEqual(
      expect.arrayContaining([new Error("forbidden"), new Error("full"), expect.any(SyntaxError)]),
    );
  });
});

function failWith(message: string): never {
  throw new Error(message);
}
