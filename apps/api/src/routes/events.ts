import type { PublishResult } from "@roomcast/broadcaster";
import { ofItem } from "@roomcast/events";
import { SampledLog } from "@roomcast/service";
import { type RequestHandler, type Response, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { addRoute } from "../http/add-route.ts";
import { authenticate } from "../http/authenticate.ts";
import { callerOf } from "../http/caller.ts";
import { bodyOf, parseJson } from "../http/json-body.ts";
import { logFault } from "../http/problem.ts";
import { publishHeaders } from "../publishing/publish-headers.ts";
import { parsePublishBatch, parsePublishRequest } from "../publishing/publish-request.ts";
import { publishedBody, resultBody } from "../publishing/published-body.ts";
import { Publisher } from "../publishing/publisher.ts";

/** `POST /events`: publishes one event of the catalogue or a batch. */
export function eventsRoute(context: ApiContext): Router {
  const publisher = new Publisher(context);
  const log = new SampledLog(context.logger);
  const publish: RequestHandler = async (request, response) => {
    const body = bodyOf(request);
    const caller = callerOf(response);
    const headers = publishHeaders(request);
    if (Object.hasOwn(body, "events")) {
      const results = await publisher.publishMany(caller, parsePublishBatch(body), headers);
      return sendResults(response, results, log);
    }
    const published = await publisher.publish(caller, parsePublishRequest(body), headers);
    response.status(201).json(publishedBody(published));
  };
  return addRoute(Router(), "/events", {
    post: [authenticate(context, "events:publish"), ...parseJson, publish],
  });
}

/** Sends 201 if all events were written, 207 if some were. If none was, throws the first event's error. */
function sendResults(response: Response, results: PublishResult[], log: SampledLog): void {
  const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
  const [first] = errors;
  if (first !== undefined && errors.length === results.length) throw ofItem("events[0]", first);
  for (const error of errors) {
    if (error.status >= 500) logFault(log, error, { message: "event of a batch not published" });
  }
  response.status(errors.length === 0 ? 201 : 207).json({ results: results.map(resultBody) });
}
