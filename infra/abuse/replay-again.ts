/** Replays that the default rate of commands lets a client ask for at once, and then in each second. */
export const replayRate = { burst: 90, eachSecond: 9 } as const;

/** Packets that leave a room and enter it again with its past from a position on. */
export function replayAgain(room: string, since: string): string[] {
  return [
    `42/ws,["unsubscribe",${JSON.stringify({ room })}]`,
    `42/ws,["subscribe",${JSON.stringify({ room, since })}]`,
  ];
}
