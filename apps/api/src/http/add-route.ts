import { ProtocolError } from "@roomcast/events";
import type { RequestHandler, Router } from "express";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** Handlers by method. */
export type Handlers = Partial<Record<Method, readonly RequestHandler[]>>;

/** Adds a path. Other methods are refused with `method_not_allowed` and `Allow`. HEAD is handled like GET. */
export function addRoute(router: Router, path: string, handlers: Handlers): Router {
  const route = router.route(path);
  const methods = Object.keys(handlers) as Method[];
  for (const method of methods) route[method](...(handlers[method] ?? []));
  route.all(
    refuseMethod(methods.flatMap((method) => (method === "get" ? ["GET", "HEAD"] : method.toUpperCase()))),
  );
  return router;
}

function refuseMethod(allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set("Allow", allowed.join(", "));
    const only = allowed.join(" and ");
    throw new ProtocolError("method_not_allowed", `${request.method} is not allowed here, only ${only}`);
  };
}
