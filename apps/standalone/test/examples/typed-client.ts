import type { ClientToServerEvents, ServerToClientEvents } from "@roomcast/events";
import { io, type Socket } from "socket.io-client";

export function follow(url: string, token: string, projectId: string) {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(`${url}/ws`, { auth: { token } });
  socket.on("project.updated", (event, position) => {
    console.log(event.data.projectName, event.data.status, position);
  });
  socket.on("room.reset", (event) => console.log(event.data.room, event.data.reason));
  socket.emit("subscribe", [{ room: `project:${projectId}` }], (answer) => {
    console.log(answer.ok ? answer.data : answer.error.code);
  });
  return socket;
}
