import { connect } from "node:net";

/**
 * Sends one command to a Redis on this machine over a new connection. Resolves with the raw reply (RESP2), or
 * undefined if none arrives within `timeoutMs`.
 */
export function redisCommand(port: number, command: string, timeoutMs = 500): Promise<string | undefined> {
  return new Promise((resolve) => {
    let reply = "";
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(timeoutMs, () => socket.destroy());
    // QUIT makes the server close the connection, so that the end of the reply needs no parsing.
    socket.on("connect", () => socket.write(`${command}\r\nQUIT\r\n`));
    socket.setEncoding("utf8").on("data", (text: string) => {
      reply += text;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(reply === "" ? undefined : reply));
  });
}

/**
 * Whether a Redis answers on the port.
 * One that requires a password counts; one that is still loading does not.
 */
export async function answersPing(port: number): Promise<boolean> {
  const reply = await redisCommand(port, "PING");
  return reply?.startsWith("+PONG") === true || reply?.startsWith("-NOAUTH") === true;
}
