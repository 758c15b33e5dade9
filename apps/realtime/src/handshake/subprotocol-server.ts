import { type ServerOptions, WebSocketServer } from "ws";

/** The subprotocol to offer beside `bearer.<token>`. */
const subprotocol = "roomcast.v1";

/** Chooses the subprotocol by name: ws would echo the first one offered, which may be the token. */
export class SubprotocolServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false) });
  }
}
