/** A packet of Engine.IO, which knows nothing of Socket.IO's. */
export interface EnginePacket {
  type: string;
  data?: unknown;
}
