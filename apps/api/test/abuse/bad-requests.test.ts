import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { projectUpdate } from "../support/project-update.ts";
import { TestApi } from "../support/test-api.ts";

describe("requests", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start();
  });
  afterEach(async () => {
    expect(await api.appended()).toEqual([]);
    await api.close();
  });

  const json = { headers: { "Content-Type": "application/json" } };
  const post = (text: string | null, options = json) => api.call("POST", "/api/v1/events", text, options);

  describe("SEC-36 a refused body changes nothing and is answered with problem+json", () => {
    test.each<[string, unknown, string]>([
      ["an unknown type", projectUpdate({}, { type: "project.exploded" }), "unknown_event"],
      ["a type from the prototype", projectUpdate({}, { type: "constructor" }), "unknown_event"],
      ["an invalid field", projectUpdate({ status: "on fire" }), "invalid_event"],
      ["an unknown field of the data", projectUpdate({ colour: "red" }), "invalid_event"],
      ["an unknown field beside the data", projectUpdate({}, { room: "global" }), "invalid_command"],
      ["no type", { data: {} }, "invalid_command"],
      ["no data", { type: "project.updated" }, "invalid_command"],
      ["rooms that are no list", projectUpdate({}, { rooms: "global" }), "invalid_command"],
      ["no rooms", projectUpdate({}, { rooms: [] }), "invalid_room"],
      ["17 rooms", projectUpdate({}, { rooms: new Array(17).fill("global") }), "invalid_room"],
      ["20,000 rooms", projectUpdate({}, { rooms: new Array(20_000).fill("global") }), "invalid_room"],
      ["a room with a pattern", projectUpdate({}, { rooms: ["project:*"] }), "invalid_room"],
      ["a room with a line break", projectUpdate({}, { rooms: ["project:1\r\nDEL x"] }), "invalid_room"],
      ["a room that is no text", projectUpdate({}, { rooms: [{}] }), "invalid_room"],
      ["an id outside the grammar", projectUpdate({ projectId: "1:2" }), "invalid_event"],
      ["a correlation id with a line break", projectUpdate({}, { correlationId: "a\nb" }), "invalid_command"],
      ["ephemeral as text", projectUpdate({}, { ephemeral: "yes" }), "invalid_command"],
      ["a list", [projectUpdate()], "invalid_command"],
      ["null", null, "invalid_command"],
      ["an event beside events", { events: [projectUpdate()], type: "project.updated" }, "invalid_command"],
    ])("%s", async (_what, body, code) => {
      const answer = await post(JSON.stringify(body));
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json; charset=utf-8");
      expect(answer).toMatchObject({
        status: 400,
        body: { type: "about:blank", title: "Bad Request", status: 400, code, detail: expect.any(String) },
      });
    });

    test.each<[string, string]>([
      ["in the data", '{"type":"project.updated","data":{"__proto__":{"isAdmin":true}}}'],
      [
        "deep in the data",
        JSON.stringify(projectUpdate()).replace('"name":', '"a":{"constructor":{}},"name":'),
      ],
      ["beside the data", '{"type":"project.updated","data":{},"__proto__":{"isAdmin":true}}'],
      ["in the batch", '{"events":[],"__proto__":{"isAdmin":true}}'],
    ])("SEC-28 a prototype key %s", async (_where, text) => {
      expect((await post(text)).status).toBe(400);
      expect({}).not.toHaveProperty("isAdmin");
    });

    test("SEC-43 nesting of 40,000 levels", async () => {
      const nested = "[".repeat(40_000) + "]".repeat(40_000);
      const answer = await post(`{"type":"project.updated","data":{"changes":${nested}}}`);
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_event" } });
    });

    test("every bad field is named", async () => {
      const answer = await post(JSON.stringify(projectUpdate({ status: "on fire", updatedBy: 7 })));
      const errors = answer.body.errors as { field: string }[];
      expect(new Set(errors.map(({ field }) => field))).toEqual(new Set(["status", "updatedBy"]));
    });
  });

  describe("a body that cannot be read", () => {
    test.each<[string, string | null]>([
      ["cut off", '{"type":'],
      ["no JSON", "type=project.updated"],
      ["a bare text", '"project.updated"'],
      ["empty", ""],
      ["missing", null],
    ])("because it is %s is 400", async (_what, text) => {
      expect(await post(text)).toMatchObject({ status: 400, body: { code: "invalid_command" } });
    });
  });

  describe("a body that is too large is 413", () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ text: "" });
      return JSON.stringify({ text: "x".repeat(bytes - empty.length) });
    };

    test("SEC-32 from 1 MiB + 1 byte on", async () => {
      expect(await post(padded(1_048_576))).toMatchObject({ status: 400 });
      expect(await post(padded(1_048_577))).toMatchObject({
        status: 413,
        body: { code: "payload_too_large", title: "Payload Too Large" },
      });
    });

    test("when the event alone is over 64 KiB", async () => {
      const changes = { text: "x".repeat(65_536) };
      expect(await post(JSON.stringify(projectUpdate({ changes })))).toMatchObject({
        status: 413,
        body: { code: "payload_too_large" },
      });
    });
  });
});

describe("names", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start();
  });
  afterEach(async () => {
    expect(await api.appended()).toEqual([]);
    await api.close();
  });

  const inherited = [
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "__defineGetter__",
    "toLocaleString",
  ];

  describe("SEC-52 a name that every object inherits is no name that is known", () => {
    test.each(inherited)("%s as a field of the data, of a part of it, and beside it", async (name) => {
      const health = exampleOf("system.health_status");
      const component = { name: "database", status: "healthy", [name]: 1 };
      const bodies = [
        projectUpdate({ [name]: 1 }),
        projectUpdate({}, { [name]: 1 }),
        { events: [projectUpdate()], [name]: 1 },
        { type: "system.health_status", data: Object.assign(health, { components: [component] }) },
        projectUpdate({}, { type: name }),
        projectUpdate({}, { rooms: [`${name}:1`] }),
      ];
      for (const body of bodies) {
        const answer = await api.send("POST", "/api/v1/events", body);
        expect([answer.status, answer.body.detail]).toEqual([400, expect.any(String)]);
      }
    });

    test.each(["__proto__", "constructor", "prototype"])(
      "%s deep in the data is named, with the reason",
      async (name) => {
        const text = JSON.stringify(projectUpdate()).replace('"name":', `"a":[{"${name}":{}}],"name":`);
        const answer = await api.call("POST", "/api/v1/events", text, {
          headers: { "Content-Type": "application/json" },
        });
        expect(answer).toMatchObject({
          status: 400,
          body: {
            code: "invalid_event",
            detail: expect.stringMatching(/could reach a prototype.*rename/),
            errors: [{ field: `changes.a[0].${name}` }],
          },
        });
        expect({}).not.toHaveProperty("isAdmin");
      },
    );
  });
});
