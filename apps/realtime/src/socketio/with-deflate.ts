import type { PerMessageDeflateOptions, ServerOptions, WebSocketServer } from "ws";

type ServerClass = new (options: ServerOptions) => WebSocketServer;

/**
 * A class of WebSocket servers that negotiate compression without Engine.IO's knowledge, which would not send ready frames
 * then. Each message is by itself, so that one frame is good for all, and neither side keeps a window for the other.
 */
export function withDeflate(Base: ServerClass): ServerClass {
  const perMessageDeflate: PerMessageDeflateOptions = {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    // By itself ws deflates nothing: other frames would overtake.
    threshold: Number.POSITIVE_INFINITY,
  };
  return class extends Base {
    constructor(options: ServerOptions) {
      super({ ...options, perMessageDeflate });
    }
  };
}
