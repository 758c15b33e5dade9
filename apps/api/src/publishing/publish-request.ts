import { type RoomName, refusal, shown } from "@roomcast/events";
import { isJsonObject, type JsonObject } from "../http/json-body.ts";
import { malformed } from "../http/malformed.ts";

/** How many events one request may publish. */
export const maxBatch = 100;

/** A caller's request to publish one event. The broadcaster checks type, data and rooms. */
export interface PublishRequest {
  type: string;
  data: unknown;
  rooms?: RoomName[];
  correlationId?: string;
  idempotencyKey?: string;
  ephemeral?: boolean;
}

const isString = (value: unknown) => typeof value === "string";

const fields: Readonly<
  Record<keyof PublishRequest, { fits: (value: unknown) => boolean; expected: string }>
> = {
  type: { fits: isString, expected: "must be text" },
  data: { fits: isJsonObject, expected: "must be a JSON object" },
  rooms: { fits: Array.isArray, expected: "must be a list of room names" },
  correlationId: { fits: isString, expected: "must be text" },
  idempotencyKey: { fits: isString, expected: "must be text" },
  ephemeral: { fits: (value) => typeof value === "boolean", expected: "must be true or false" },
};

/** Reads one event of a request body, or throws `invalid_command` with details for every bad field. */
export function parsePublishRequest(input: unknown, path = ""): PublishRequest {
  if (!isJsonObject(input)) throw malformed("must be a JSON object", path === "" ? "the body" : path);
  const problems = [...wrongFields(input), ...unknownFields(input)].map(([name, problem]) => {
    const field = path === "" ? shown(name) : `${path}.${shown(name)}`;
    return { field, message: `${field} ${problem}` };
  });
  if (problems.length > 0) throw refusal("invalid_command", problems);
  return input as unknown as PublishRequest;
}

/** Reads `{ events: [ … ] }`, 1 to 100 of them. */
export function parsePublishBatch({ events, ...rest }: JsonObject): PublishRequest[] {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw malformed("is unknown beside events", unknown);
  if (!Array.isArray(events) || events.length < 1 || events.length > maxBatch) {
    throw malformed(`must be a list of 1 to ${maxBatch} events`, "events");
  }
  return events.map((event, index) => parsePublishRequest(event, `events[${index}]`));
}

function wrongFields(input: JsonObject): [string, string][] {
  return Object.entries(fields)
    .filter(([name, { fits }]) => !(isOptional(name) && input[name] === undefined) && !fits(input[name]))
    .map(([name, { expected }]) => [name, expected]);
}

function isOptional(name: string): boolean {
  return name !== "type" && name !== "data";
}

function unknownFields(input: JsonObject): [string, string][] {
  return Object.keys(input)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => [name, "is unknown"]);
}
