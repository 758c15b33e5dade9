/** `compact`: our own smaller parts, for the pinned versions alone; `stock`: Socket.IO, Engine.IO and ws as they are. */
export const engineNames = ["compact", "stock"] as const;

export type EngineName = (typeof engineNames)[number];
