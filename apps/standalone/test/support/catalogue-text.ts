import {
  catalogue,
  type DeclaredField,
  type EventDefinition,
  type EventType,
  exampleOf,
  fieldsOf,
} from "@roomcast/events";

type Data = Record<string, unknown>;

/** Every event type, in the catalogue's order. */
export const eventTypes = Object.keys(catalogue) as EventType[];

/** An event's row in the documentation's catalogue. */
export function catalogueRow(type: EventType): string[] {
  const fields = [...fieldsOf(type).values()].map(
    ({ name, required }) => `\`${name}${required ? "" : "?"}\``,
  );
  const { transient } = catalogue[type] as EventDefinition;
  return [`\`${type}\``, roomsText(type) + (transient ? ", transient" : ""), fields.join(", ")];
}

/** An event's fields as TypeScript would declare them. */
export function fieldLines(type: EventType): string[] {
  return [...fieldsOf(type).values()].map(
    (field) => `${field.name}${field.required ? "" : "?"}: ${typeText(field)};`,
  );
}

/** Each room by the field its id comes from; in brackets if it needs a field that may be absent. */
function roomsText(type: EventType): string {
  const { rooms } = catalogue[type] as unknown as EventDefinition<Data>;
  const example = exampleOf(type) as unknown as Data;
  const required = Object.entries(example).filter(([name]) => fieldsOf(type).get(name)?.required);
  const always = rooms(Object.fromEntries(required));
  return rooms(example)
    .map((room) => (always.includes(room) ? roomText(room, example) : `[${roomText(room, example)}]`))
    .join(", ");
}

function roomText(room: string, example: Data): string {
  const [kind, id] = room.split(":");
  const field = Object.keys(example).find((name) => name.endsWith("Id") && example[name] === id);
  return field === undefined ? `\`${room}\`` : `\`${kind}:<${field}>\``;
}

function typeText({ type, items = "object", values }: DeclaredField): string {
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  return type === "array" ? `${items}[]` : type;
}
