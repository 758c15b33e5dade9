import type { IncomingMessage, ServerResponse } from "node:http";

type EngineRequest = IncomingMessage & { _query: Record<string, string> };

/** The part of Engine.IO's server that is used here. */
interface Engine {
  readonly clients: Readonly<Record<string, { close(discard: boolean): void }>>;
}

/**
 * Closes the session of a POST over the size limit, as WebSocket closes with 1009. Engine.IO answers 413 and
 * goes on, though the content of the body is lost.
 */
export function endOversized(engine: Engine) {
  return ({ method, _query: { sid } }: EngineRequest, response: ServerResponse, next: () => void): void => {
    if (method === "POST" && sid !== undefined) {
      response.once("finish", () => {
        if (response.statusCode === 413 && Object.hasOwn(engine.clients, sid))
          engine.clients[sid]?.close(true);
      });
    }
    next();
  };
}
