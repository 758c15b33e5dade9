import { type RoomName, room } from "@roomcast/protocol";

type Rooms = [RoomName, ...RoomName[]];

const optionally = (build: (id: string) => RoomName, id: string | undefined): RoomName[] =>
  id === undefined ? [] : [build(id)];

/** The project's room. */
export const toProject = (data: { projectId: string }): Rooms => [room.project(data.projectId)];

/** The project's room and, if there is an agent, the agent's room. */
export const toProjectAndAgent = (data: { projectId: string; agentId?: string }): Rooms => [
  room.project(data.projectId),
  ...optionally(room.agent, data.agentId),
];

/** The project's room and, if there is a user, the user's room. */
export const toProjectAndUser = (data: { projectId: string; userId?: string }): Rooms => [
  room.project(data.projectId),
  ...optionally(room.user, data.userId),
];

/** The agent's room and, if there is a project, the project's room. */
export const toAgentAndProject = (data: { agentId: string; projectId?: string }): Rooms => [
  room.agent(data.agentId),
  ...optionally(room.project, data.projectId),
];

/** The channel of cloud instances. */
export const toInstances = (): Rooms => [room.channel("instances")];

/** The channel of cloud accounts. */
export const toAccounts = (): Rooms => [room.channel("accounts")];

/** The channel of notifications and, if there is a user, the user's room. */
export const toNotificationsAndUser = (data: { userId?: string }): Rooms => [
  room.channel("notifications"),
  ...optionally(room.user, data.userId),
];

/** The room of all connected clients. */
export const toEveryone = (): Rooms => [room.global];
