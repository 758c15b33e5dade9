/** How many replays the default command rate allows a client at once, and then in each second. */
export const replayRate = { burst: 90, eachSecond: 9 } as const;

/** Returns packets that leave a room and join it again with a replay from a position. */
export function replayAgain(room: string, since: string): string[] {
  return [
    `42/ws,["unsubscribe",${JSON.stringify({ room })}]`,
    `42/ws,["subscribe",${JSON.stringify({ room, since })}]`,
  ];
}
