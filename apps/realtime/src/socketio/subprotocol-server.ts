import { type ServerOptions, WebSocketServer } from "ws";

/** The subprotocol to offer beside `bearer.<token>`. */
const subprotocol = "roomcast.v1";

/** How long a client may take to agree to the end of its connection. */
const closeTimeout = 5_000;

/** Chooses the subprotocol by name: ws would echo the first one offered, which may be the token. */
export class SubprotocolServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    const handleProtocols = (offered: Set<string>) => (offered.has(subprotocol) ? subprotocol : false);
    super({ ...options, handleProtocols, closeTimeout } as ServerOptions);
  }
}
