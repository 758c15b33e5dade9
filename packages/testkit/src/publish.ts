import { testApiKey } from "./roomcast-process.ts";

/** The API's response to a published event. */
export interface PublishAnswer {
  status: number;
  body: { id: string; position: string; duplicate?: boolean; code?: string };
}

/** Posts an event, or any other body, to `/api/v1/events` of an API process. */
export async function publish(apiUrl: string, body: unknown): Promise<PublishAnswer> {
  const response = await fetch(`${apiUrl}/api/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${testApiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as PublishAnswer["body"] };
}

/** Returns a valid `project.updated` for a project. `changes` distinguishes events. */
export function projectUpdated(projectId: string, changes: Record<string, unknown> = {}) {
  const data = { projectId, projectName: "Apollo", status: "active", updatedBy: "u1", changes };
  return { type: "project.updated", data } as const;
}
