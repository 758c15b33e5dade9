import { type Request, type RequestHandler, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { addRoute } from "../http/add-route.ts";
import { authenticate } from "../http/authenticate.ts";
import { callerOf } from "../http/caller.ts";
import { bodyOf, type JsonObject, parseJson } from "../http/json-body.ts";
import { malformed } from "../http/malformed.ts";
import { publishHeaders } from "../publishing/publish-headers.ts";
import { publishedBody } from "../publishing/published-body.ts";
import { Publisher } from "../publishing/publisher.ts";
import { type DomainRoute, domainTable } from "./domain-table.ts";

/** The routes of `domainTable`. Each publishes one event, whose data is the body plus the ids in the path. */
export function domainRoutes(context: ApiContext): Router {
  const router = Router();
  const publisher = new Publisher(context);
  const authenticated = authenticate(context, "events:publish");
  for (const path of new Set(domainTable.map((route) => route.path))) {
    const routes = domainTable.filter((route) => route.path === path);
    const handlers = routes.map((route) => [
      route.method,
      [authenticated, ...parseJson, publishWith(publisher, route)],
    ]);
    addRoute(router, path, Object.fromEntries(handlers));
  }
  return router;
}

function publishWith(publisher: Publisher, { event, method }: DomainRoute): RequestHandler {
  return async (request, response) => {
    const sent = method === "delete" ? queryAndBodyOf(request) : bodyOf(request);
    const data = withPathIds(sent, request.params);
    const published = await publisher.publish(
      callerOf(response),
      { type: event, data },
      publishHeaders(request),
    );
    response.status(201).json(publishedBody(published));
  };
}

// Many clients and proxies drop the body of a DELETE, so its data may be in the query.
function queryAndBodyOf(request: Request): JsonObject {
  return { ...request.query, ...(request.body === undefined ? {} : bodyOf(request)) };
}

function withPathIds(sent: JsonObject, params: Request["params"]): JsonObject {
  const ids = Object.fromEntries(
    Object.entries(params).map(([name, text]) => [name, idOf(name, String(text))]),
  );
  for (const [name, id] of Object.entries(ids)) {
    if (Object.hasOwn(sent, name) && sent[name] !== id) {
      throw malformed("in the body differs from the one in the path", name);
    }
  }
  return { ...sent, ...ids };
}

function idOf(name: string, text: string): string | number {
  if (name !== "number") return text;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw malformed("in the path must be a whole number from 1 on", name);
}
