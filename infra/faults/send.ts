import type { EventLog } from "@roomcast/event-log";
import { type ErrorCode, formatPosition, ProtocolError } from "@roomcast/events";
import { testApiKey } from "@roomcast/testkit";
import type { Send } from "./publishers.ts";

const type = "project.updated";

/** Publishes directly to the log, as a process that contains the broadcaster does. */
export function sendToLog(log: Pick<EventLog, "append">): Send {
  return async ({ id, key, rooms, data }) => {
    const envelope = {
      id,
      type,
      room: rooms[0],
      timestamp: new Date().toISOString(),
      correlationId: null,
      data,
    };
    const idempotency = { key, fingerprint: key };
    const appended = await log.append({
      kind: "event",
      id,
      type,
      rooms,
      json: JSON.stringify(envelope),
      idempotency,
    });
    return { id: appended.id, position: formatPosition(appended.position) };
  };
}

/** Publishes through the HTTP API. */
export function sendToApi(url: string): Send {
  return async ({ key: idempotencyKey, rooms, data }) => {
    const response = await postEvents(url, { type, data, rooms, idempotencyKey });
    const body = (await response.json()) as {
      id: string;
      position: string;
      code?: ErrorCode;
      detail?: string;
    };
    if (response.ok) return body;
    throw new ProtocolError(body.code ?? "internal", body.detail ?? "no detail");
  };
}

/** Posts to `/api/v1/events`. An unreachable API counts as `unavailable`. */
export function postEvents(url: string, body: object): Promise<Response> {
  return post(`${url}/api/v1/events`, body);
}

/** Posts JSON with the test's API key. An unreachable API counts as `unavailable`. */
export async function post(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${testApiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new ProtocolError("unavailable", "the API cannot be reached", { cause });
  }
}
