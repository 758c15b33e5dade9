import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { webhookSecret } from "./credentials.ts";
import type { Answer, TestApi } from "./test-api.ts";

/** A webhook's payload, as loose as the examples of GitHub are. */
export interface Payload {
  action: string;
  [field: string]: unknown;
}

const definitions: { name: string; examples: Payload[] }[] = createRequire(import.meta.url)(
  "@octokit/webhooks-examples",
);

/** GitHub's own examples of an event. */
export function githubExamples(event: string): Payload[] {
  const examples = definitions.find(({ name }) => name === event)?.examples;
  if (examples === undefined) throw new Error(`there are no examples of ${event}`);
  return structuredClone(examples);
}

/** The signature GitHub would send with a body. */
export function signatureOf(body: string, secret = webhookSecret): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export interface Delivery {
  event: string;
  /** Null for none. Default a new one. */
  delivery?: string | null;
  query?: string;
  /** Null for none. Default the right one. */
  signature?: string | null;
  contentType?: string;
  isCompressed?: boolean;
}

let deliveries = 0;

/** Posts a webhook as GitHub does. */
export function deliver(api: TestApi, body: string, how: Delivery): Promise<Answer> {
  const { event, delivery = `delivery-${++deliveries}`, query = "", contentType = "application/json" } = how;
  const { signature = signatureOf(body), isCompressed = false } = how;
  const headers: Record<string, string> = { "X-GitHub-Event": event };
  if (delivery !== null) headers["X-GitHub-Delivery"] = delivery;
  if (signature !== null) headers["X-Hub-Signature-256"] = signature;
  if (isCompressed) headers["Content-Encoding"] = "gzip";
  return api.call("POST", `/api/v1/webhooks/github${query}`, isCompressed ? gzipSync(body) : body, {
    bearer: null,
    headers: { ...headers, "Content-Type": contentType },
  });
}
