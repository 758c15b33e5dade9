import type { Namespace } from "socket.io";
import { isIn } from "../delivery/channel-set.ts";
import type { FanOut } from "../delivery/fan-out-adapter.ts";
import { sessionOf } from "../sessions/socket-session.ts";
import type { Channels } from "./room-manager.ts";

/** Channels as Socket.IO rooms of the given namespaces. */
export function socketChannels(namespaces: readonly Namespace[]): Channels {
  return {
    join: ({ connection: { socket } }, channel) =>
      void socket.nsp.adapter.addAll(socket.id, new Set([channel])),
    leave: ({ connection }, channel) => {
      // When a socket disconnects, Socket.IO has already removed it from all rooms. A `del` would then build
      // a list of all its sockets to look for it.
      const { socket } = connection;
      if (isIn(connection, channel)) void socket.nsp.adapter.del(socket.id, channel);
    },
    sessions: (channel) =>
      namespaces
        .flatMap(({ adapter }) => (adapter as unknown as FanOut).membersOf(channel))
        .map(({ socket }) => sessionOf(socket))
        .filter((session) => session !== undefined),
  };
}
