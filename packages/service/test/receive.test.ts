import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type ServerOptions } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Receiving, receive } from "@roomcast/service";

const get = "GET / HTTP/1.1\r\nHost: x\r\n";
const hello: RequestListener = (_request, response) => response.end("hello");

describe("receive", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  test("serves what was read and what is still to come", async () => {
    const { client } = await handOver(get.slice(0, 7), {});
    client.write(`${get.slice(7)}\r\n`);
    expect(await everythingFrom(client)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*hello$/);
  });

  test("ends a connection after one request", async () => {
    const { client } = await handOver(`${get}\r\n${get}\r\n`, {});
    const answers = await everythingFrom(client);
    expect(answers).toContain("connection: close");
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  });

  test("answers a client that has ended its side", async () => {
    const answerLate: RequestListener = (_request, response) => setImmediate(() => response.end("late"));
    const { client } = await handOver(`${get}\r\n`, { listener: answerLate });
    client.end();
    expect(await everythingFrom(client)).toContain("late");
  });

  test("gives up on a head that does not end", async () => {
    const { client } = await handOver(get, { headersTimeout: 50, connectionsCheckingInterval: 20 });
    expect(await everythingFrom(client)).toContain("408 Request Timeout");
  });

  test("waits at the close for requests in progress, and destroys what is left after the time", async () => {
    const never: RequestListener = () => undefined;
    const { client, receiving } = await handOver(`${get}\r\n`, { listener: never });
    const ended = everythingFrom(client);
    await receiving.close(20);
    expect(await ended).toBe("");
  });

  test("answers 503 to what it is given after the close", async () => {
    const { receiving, next } = await handOver(`${get}\r\n`, {});
    await receiving.close(0);
    const { client, accepted } = await next();
    receiving.take(accepted, Buffer.from(`${get}\r\n`));
    expect(await everythingFrom(client)).toMatch(/^HTTP\/1\.1 503 .*\r\nConnection: close/);
  });

  /** A receiving server that has got one connection, of which `read` had been read. */
  async function handOver(
    read: string,
    { listener = hello, ...options }: ServerOptions & { listener?: RequestListener },
  ): Promise<{ client: Socket; receiving: Receiving; next: () => ReturnType<typeof accept> }> {
    const receiving = receive(createHttpServer(options, listener));
    const listening = createServer().listen(0, "127.0.0.1");
    await once(listening, "listening");
    ends.push(() => listening.close());
    const { port } = listening.address() as AddressInfo;
    const next = () => accept(listening, port);
    const { client, accepted } = await next();
    receiving.take(accepted, Buffer.from(read));
    return { client, receiving, next };
  }
});

async function accept(listening: ReturnType<typeof createServer>, port: number) {
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [accepted] = (await once(listening, "connection")) as [Socket];
  return { client, accepted };
}

async function everythingFrom(client: Socket): Promise<string> {
  let text = "";
  client.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  client.on("error", () => undefined);
  await new Promise((resolve) => client.once("end", resolve).once("close", resolve));
  client.destroy();
  return text;
}
