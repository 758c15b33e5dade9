import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "@roomcast/testkit";
import { RawClient } from "./raw-client.ts";

const burst = 1_000;
const pauseMs = 50;
/** Handshakes have a rate for each user. */
const users = 100;

/**
 * Sends at least `count` malformed packets over new connections of some clients. Returns how many it sent.
 */
export async function sendMalformed(
  url: string,
  count: number,
  random: Random,
  attackers: number,
): Promise<number> {
  let sent = 0;
  let connections = 0;
  const workers = Array.from({ length: attackers }, async () => {
    const own = random.fork();
    while (sent < count) {
      const client = await RawClient.connected(url, `attacker${connections++ % users}`).catch(
        () => undefined,
      );
      // The server may refuse new connections for a while.
      if (client === undefined) {
        await delay(pauseMs);
        continue;
      }
      sent += own.next() < 0.2 ? sendFatal(client, own) : await sendBursts(client, own);
      await client.cut();
    }
  });
  await Promise.all(workers);
  return sent;
}

/** Sends a packet for which the server may end the connection. */
function sendFatal(client: RawClient, random: Random): number {
  client.send(random.pick(fatal)(random));
  return 1;
}

/** Sends packets that the server should ignore or answer with an error. */
async function sendBursts(client: RawClient, random: Random): Promise<number> {
  let sent = 0;
  for (; sent < burst && !client.isClosed; sent++) client.send(random.pick(tolerable)(random));
  // The reply to the last packet shows that all earlier ones were read. The server may end the connection
  // instead.
  client.send('42/ws,7["ping"]');
  await client.next("43/ws,7[").catch(() => undefined);
  return sent;
}

const bytes = (random: Random, count: number) =>
  Buffer.from(Array.from({ length: count }, () => random.between(0, 256)));

const noise = (random: Random) => bytes(random, random.between(1, 64)).toString("latin1");

const tolerable: ((random: Random) => string)[] = [
  () => '42/ws,["subscribe"]',
  (random) => `42/ws,["subscribe",${JSON.stringify({ room: noise(random) })}]`,
  () => '42/ws,["subscribe",{"room":{"toString":1}}]',
  () => '42/ws,3["subscribe",{"room":"project:1","filters":{"__proto__":{"x":1}}}]',
  () => '42/ws,4["history",{"room":"project:1","limit":-1,"since":"NaN"}]',
  () => `42/ws,5["subscribe",${"[".repeat(500)}${"]".repeat(500)}]`,
  () => '42/ws,["__proto__",{}]',
  () => '42/ws,["constructor"]',
  () => '42/ws,["error",{"message":"x"}]',
  (random) => `42/ws,[${JSON.stringify(noise(random))},1,null,[]]`,
  // Packets without a reply are more frequent, because replies take most of the time.
  ...[0, 1, 2, 3, 4].flatMap((): ((random: Random) => string)[] => [
    (random) => `43/ws,${random.between(0, 1_000)}["an answer to nothing"]`,
    () => "3",
  ]),
];

const fatal: ((random: Random) => string | Buffer)[] = [
  () => "9",
  () => "",
  () => "49",
  () => "42/ws,{",
  () => '42/ws,["disconnect"]',
  () => '4511-["x",{"_placeholder":true,"num":0}]',
  () => '451-/ws,["x",{"_placeholder":true,"num":"one"}]',
  () => "40/ws,{bad",
  () => `40/${"x".repeat(50)}`,
  () => `42/ws,["${"x".repeat(150_000)}"]`,
  (random) => bytes(random, random.between(1, 2_000)),
  noise,
];
