import { parseRoom } from "@roomcast/events";
import { type Request, type RequestHandler, type Response, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { mapWebhook } from "../github/map-webhook.ts";
import { signedBody } from "../github/signed-body.ts";
import { addRoute } from "../http/add-route.ts";
import { malformed, unsupportedType } from "../http/malformed.ts";
import { scopedKey } from "../publishing/idempotency-scope.ts";
import { publishedBody } from "../publishing/published-body.ts";

/**
 * `POST /webhooks/github`: publishes GitHub's pull requests and issues as `pr.*` and `issue.*`, once for each
 * delivery id and project. Returns 201 for a published event, 200 for a ping, 202 for another kind of
 * webhook. The route exists only with a secret.
 */
export function githubWebhookRoute({ github, broadcaster }: ApiContext): Router {
  const router = Router();
  if (github === undefined) return router;
  const receive: RequestHandler = async (request, response) => {
    const event = headerOf(request, "X-GitHub-Event");
    if (event === "ping") return answer(response, 200, { status: "pong" });
    const projectId = projectIdOf(request);
    const mapped = mapWebhook(event, payloadOf(request), projectId);
    if (mapped === undefined) return answer(response, 202, { status: "ignored" });
    const delivery = headerOf(request, "X-GitHub-Delivery");
    const idempotencyKey = scopedKey(callerOf(projectId), delivery);
    const options = { idempotencyKey, correlationId: delivery };
    const published = await broadcaster.commit(broadcaster.prepare(mapped.type, mapped.data, options));
    answer(response, 201, publishedBody(published));
  };
  return addRoute(router, "/webhooks/github", { post: [...signedBody(github.secret), receive] });
}

const formType = "application/x-www-form-urlencoded";

function answer(response: Response, status: number, body: object): void {
  response.status(status).json(body);
}

/** GitHub uses one delivery id for all webhooks of an event. Two webhooks may be for two projects. */
function callerOf(projectId: string | undefined): string {
  return projectId === undefined ? "webhook:github" : `webhook:github:${projectId}`;
}

function headerOf(request: Request, name: string): string {
  const value = request.get(name);
  if (value === undefined) throw malformed("is missing", name);
  return value;
}

/** GitHub sends JSON as the body or, depending on the webhook's settings, in the form field `payload`. */
function payloadOf(request: Request): unknown {
  const type = request.is(["application/json", formType]);
  if (type === false) throw unsupportedType(`application/json or ${formType}`);
  const isForm = type === formType;
  const json = isForm ? (new URLSearchParams(request.body).get("payload") ?? "") : request.body;
  try {
    return JSON.parse(json);
  } catch {
    throw malformed("the body is not valid JSON");
  }
}

function projectIdOf(request: Request): string | undefined {
  const { projectId } = request.query;
  if (projectId === undefined) return undefined;
  if (typeof projectId !== "string") throw malformed("may occur only once", "projectId");
  return parseRoom(`project:${projectId}`).id;
}
