import { useCallback, useSyncExternalStore } from "react";
import type { RoomcastSocket } from "../roomcast-socket.ts";
import { useRoomcast } from "./roomcast-context.ts";

/**
 * - `connecting`: not connected, and the socket tries to be
 * - `connected`: a new session
 * - `recovered`: back in the session it had; nothing was missed
 * - `disconnected`: refused or closed; it comes back only by `socket.connect()`
 */
export type ConnectionState = "connecting" | "connected" | "recovered" | "disconnected";

const changes = ["connect", "disconnect", "connect_error"] as const;

/** How the socket stands. */
export function useConnectionState(): ConnectionState {
  const { socket } = useRoomcast();
  const subscribe = useCallback(
    (onChange: () => void) => {
      for (const change of changes) socket.on(change, onChange);
      return () => {
        for (const change of changes) socket.off(change, onChange);
      };
    },
    [socket],
  );
  return useSyncExternalStore(
    subscribe,
    () => stateOf(socket),
    () => "connecting",
  );
}

function stateOf({ connected, recovered, active }: RoomcastSocket): ConnectionState {
  if (connected) return recovered ? "recovered" : "connected";
  return active ? "connecting" : "disconnected";
}
