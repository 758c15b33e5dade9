import { describe, expect, test } from "@jest/globals";
import {
  type DeclaredField,
  type EventType,
  exampleOf,
  type FieldType,
  fieldsOf,
  roomIdPattern,
} from "@roomcast/events";
import { badFields, eventTypes, exampleWith, parseEvent, refusalOf } from "./support/parse.ts";

const fields = eventTypes.flatMap((type) => [...fieldsOf(type).values()].map((field) => ({ type, field })));

/** Rows for `test.each`: a title, the event type and the field. */
const rows = (chosen: (field: DeclaredField) => boolean) =>
  fields
    .filter(({ field }) => chosen(field))
    .map(({ type, field }) => [`${type} ${field.name}`, type, field] as const);

const roomIds = ["projectId", "agentId", "userId"];

function without(type: EventType, name: string): object {
  return Object.fromEntries(Object.entries(exampleOf(type)).filter(([key]) => key !== name));
}

const withValue = (type: EventType, name: string, value: unknown) => exampleWith(type, { [name]: value });

/** The fields that validation complains about, without the path inside them. */
const badRoots = (type: EventType, data: unknown) => [
  ...new Set(badFields(type, data).map((path) => path.split(".")[0])),
];

const samples: Record<FieldType, unknown[]> = {
  string: ["x"],
  number: [7],
  boolean: [true],
  object: [{ a: 1 }],
  array: [["a", 1], [null], [["a"]]],
};

/** Values that no field of the type may have: null, and samples of every other type. */
function foreignTo(type: FieldType): unknown[] {
  const others = Object.entries(samples).filter(([name]) => name !== type);
  return [null, ...others.flatMap(([, values]) => values)];
}

describe("the data of an event", () => {
  test.each(rows(({ required }) => required))("needs %s", (_title, type, { name }) => {
    expect(badFields(type, without(type, name))).toEqual([name]);
  });

  test.each(rows(({ required }) => !required))("does without %s", (_title, type, { name }) => {
    expect(parseEvent(type, without(type, name))).not.toHaveProperty(name);
  });

  test.each(rows(() => true))("refuses null and other types for %s", (_title, type, field) => {
    for (const value of foreignTo(field.type)) {
      expect([value, badRoots(type, withValue(type, field.name, value))]).toEqual([value, [field.name]]);
    }
  });

  test.each(rows(({ type }) => type === "array"))(
    "refuses items of other types for %s",
    (_title, type, field) => {
      for (const item of foreignTo(field.items ?? "string")) {
        expect([item, badRoots(type, withValue(type, field.name, [item]))]).toEqual([item, [field.name]]);
      }
    },
  );

  test.each(rows(({ values }) => values !== undefined))(
    "takes only its values for %s",
    (_title, type, { name, values = [] }) => {
      for (const value of values) {
        expect(parseEvent(type, withValue(type, name, value))).toHaveProperty(name, value);
      }
      expect(badFields(type, withValue(type, name, "no_such_value"))).toEqual([name]);
      expect(badFields(type, withValue(type, name, "toString"))).toEqual([name]);
    },
  );

  test.each(rows(({ name }) => roomIds.includes(name)))(
    "takes only ids of rooms for %s",
    (_title, type, { name }) => {
      for (const id of ["", "*", "a b", "a:b", "a/b", "a\n", "a\r\nb", "a\0", "é", "x".repeat(65)]) {
        expect(roomIdPattern.test(id)).toBe(false);
        expect(badFields(type, withValue(type, name, id))).toEqual([name]);
      }
      expect(parseEvent(type, withValue(type, name, "Az09_.-"))).toHaveProperty(name, "Az09_.-");
    },
  );

  test.each(eventTypes)("has no undeclared field: %s", (type) => {
    expect(badFields(type, withValue(type, "colour", "red"))).toEqual(["colour"]);
  });

  test.each([null, undefined, "text", 7, [], [exampleOf("project.created")]])(
    "is an object, not %j",
    (data) => {
      const refusal = refusalOf(() => parseEvent("project.created", data));
      expect(refusal).toMatchObject({ code: "invalid_event", status: 400, retryable: false });
    },
  );

  test("may not have a key that reaches a prototype", () => {
    const text = JSON.stringify(exampleOf("project.updated"));
    for (const key of ["__proto__", "constructor", "prototype"]) {
      for (const poisoned of [
        `{"${key}":{"x":1},${text.slice(1)}`,
        text.replace('"changes":{', `$&"${key}":{},`),
      ]) {
        expect(refusalOf(() => parseEvent("project.updated", JSON.parse(poisoned))).code).toBe(
          "invalid_event",
        );
      }
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("keeps an object of free form as it came", () => {
    const changes = { valueOf: 1, toString: "x", a: { hasOwnProperty: [null, {}] }, "": "", "a.b": false };
    expect(parseEvent("project.updated", exampleWith("project.updated", { changes })).changes).toEqual(
      changes,
    );
  });

  test("names every bad field at once", () => {
    const data = exampleWith("project.updated", { projectId: "a b", status: "lost", changes: null });
    expect(badFields("project.updated", data).toSorted()).toEqual(["changes", "projectId", "status"]);
  });

  test("names a bad field of a component by its path", () => {
    const { components } = exampleOf("system.health_status");
    const data = exampleWith("system.health_status", {
      components: [...components, { name: "cache", status: "cold" }],
    });
    expect(badFields("system.health_status", data)).toEqual(["components.2.status"]);
  });
});
