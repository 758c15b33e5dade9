import { Buffer } from "node:buffer";
import type { AppendRequest } from "@roomcast/event-log";
import {
  catalogue,
  type Envelope,
  type EventDefinition,
  isEventType,
  ProtocolError,
  parseModel,
  type RoomName,
} from "@roomcast/events";
import { fingerprint } from "./fingerprint.ts";
import { checkPublishOptions, type PublishOptions, parseRooms } from "./publish-options.ts";

interface Publication {
  type: unknown;
  data: unknown;
  options: PublishOptions;
}

interface Settings {
  now: () => number;
  newId: () => string;
  maxEventBytes: number;
}

/**
 * Turns an untrusted publication into an append request, or throws a `ProtocolError` that says what is wrong.
 */
export function prepareEvent({ type, data, options }: Publication, settings: Settings): AppendRequest {
  if (!isEventType(type)) {
    throw new ProtocolError("unknown_event", "the catalogue has no event of this type");
  }
  checkPublishOptions(options);
  const definition = catalogue[type] as EventDefinition;
  const model = parseModel(definition.data, data, "invalid_event");
  const rooms = options.rooms === undefined ? definition.rooms(model) : parseRooms(options.rooms);
  const envelope = makeEnvelope(type, rooms, model, options, settings);
  const transient = definition.transient === true || options.ephemeral === true;
  return {
    kind: "event",
    id: envelope.id,
    type,
    rooms,
    json: encode(envelope, settings.maxEventBytes),
    transient,
    // The fingerprint leaves out the correlation id, because a retry may come with another one.
    ...idempotency(options, () => fingerprint({ type, rooms, data: model, ...(transient && { transient }) })),
    ...(options.ack === undefined ? {} : { ack: options.ack }),
  };
}

function makeEnvelope(
  type: string,
  [room]: readonly RoomName[],
  data: object,
  { correlationId = null }: { correlationId?: string | null },
  { now, newId }: Settings,
): Envelope<string, object> {
  if (room === undefined) throw new Error(`the catalogue sends ${type} to no room`);
  return { id: newId(), type, room, timestamp: new Date(now()).toISOString(), correlationId, data };
}

function encode(envelope: Envelope<string, object>, maxBytes: number): string {
  const json = stringify(envelope);
  if (Buffer.byteLength(json) > maxBytes) {
    throw new ProtocolError("payload_too_large", `the event is over ${maxBytes} bytes of JSON`);
  }
  return json;
}

function stringify(envelope: Envelope<string, object>): string {
  try {
    return JSON.stringify(envelope);
  } catch (cause) {
    throw new ProtocolError("invalid_event", "the data cannot be written as JSON", { cause });
  }
}

function idempotency(
  { idempotencyKey }: PublishOptions,
  contentFingerprint: () => string,
): Pick<AppendRequest, "idempotency"> {
  if (idempotencyKey === undefined) return {};
  return { idempotency: { key: idempotencyKey, fingerprint: contentFingerprint() } };
}
