import { TestClient, type TestClientOptions } from "@roomcast/testkit";

/** What a refused client is told: the message and the data of its `connect_error`. */
export interface ConnectError {
  message: string;
  data: unknown;
}

/** Connects with a stock client that must be refused, and resolves with what it is told. */
export async function refusal(url: string, options: TestClientOptions): Promise<ConnectError> {
  const client = new TestClient(url, { reconnection: false, ...options });
  try {
    return await new Promise<ConnectError>((resolve, reject) => {
      client.socket.once("connect", () => reject(new Error("the client was let in")));
      client.socket.once("connect_error", ({ message, ...rest }) =>
        resolve({ message, data: (rest as { data?: unknown }).data }),
      );
    });
  } finally {
    client.close();
  }
}
