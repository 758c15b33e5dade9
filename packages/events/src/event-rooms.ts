import { type RoomName, room } from "@roomcast/protocol";

type Rooms = [RoomName, ...RoomName[]];

const optionally = (build: (id: string) => RoomName, id: string | undefined): RoomName[] =>
  id === undefined ? [] : [build(id)];

/** To those who follow the project. */
export const toProject = (data: { projectId: string }): Rooms => [room.project(data.projectId)];

/** To those who follow the project, or the agent when there is one. */
export const toProjectAndAgent = (data: { projectId: string; agentId?: string }): Rooms => [
  room.project(data.projectId),
  ...optionally(room.agent, data.agentId),
];

/** To those who follow the project, and to the user when there is one. */
export const toProjectAndUser = (data: { projectId: string; userId?: string }): Rooms => [
  room.project(data.projectId),
  ...optionally(room.user, data.userId),
];

/** To those who follow the agent, or the project when there is one. */
export const toAgentAndProject = (data: { agentId: string; projectId?: string }): Rooms => [
  room.agent(data.agentId),
  ...optionally(room.project, data.projectId),
];

/** To those who follow the cloud instances. */
export const toInstances = (): Rooms => [room.channel("instances")];

/** To those who follow the cloud accounts. */
export const toAccounts = (): Rooms => [room.channel("accounts")];

/** To those who follow the notifications, and to the user when there is one. */
export const toNotificationsAndUser = (data: { userId?: string }): Rooms => [
  room.channel("notifications"),
  ...optionally(room.user, data.userId),
];

/** To everyone who is connected. */
export const toEveryone = (): Rooms => [room.global];
