import { useCallback, useSyncExternalStore } from "react";
import type { RoomcastSocket } from "../roomcast-socket.ts";
import { useRoomcast } from "./roomcast-context.ts";

/**
 * - `connecting`: not connected, and the socket tries to connect
 * - `connected`: connected with a new session
 * - `recovered`: connected with the former session; nothing was missed
 * - `disconnected`: refused or closed; only `socket.connect()` connects it again
 */
export type ConnectionState = "connecting" | "connected" | "recovered" | "disconnected";

const changes = ["connect", "disconnect", "connect_error"] as const;

/** Returns the state of the socket's connection. */
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
