import { createHash, timingSafeEqual } from "node:crypto";
import { bearerOf } from "./token-sources.ts";

/** A key of the HTTP API: its secret, and its name in logs. */
export interface ApiKey {
  name: string;
  secret: string;
}

const minSecretLength = 16;
const namePattern = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * Parses `name:secret,name2:secret2`. Throws one plain `Error` that lists every bad part by its number,
 * without secrets. Names and secrets must be unique. A secret has at least 16 letters, digits or `._~+/-`,
 * and may end in `=`.
 */
export function parseApiKeys(text: string): ApiKey[] {
  const keys = text.split(",").map(parseApiKey);
  const faults = keys.flatMap((key, index) => {
    const fault = faultOf(key, keys.slice(0, index));
    return fault === undefined ? [] : [`part ${index + 1}: ${fault}`];
  });
  if (faults.length > 0) throw new Error(`bad API keys: ${faults.join("; ")}`);
  return keys;
}

/** Returns a function that finds the API key of a presented secret in constant time. */
export function createApiKeyVerifier(
  keys: readonly ApiKey[],
): (presented: string) => { name: string } | undefined {
  const known = keys.map(({ name, secret }) => ({ name, digest: digestOf(secret) }));
  return (presented) => {
    const digest = digestOf(presented);
    const matching = known.filter((key) => timingSafeEqual(key.digest, digest));
    return matching[0] === undefined ? undefined : { name: matching[0].name };
  };
}

function parseApiKey(part: string): ApiKey {
  const [name = "", ...rest] = part.trim().split(":");
  return { name, secret: rest.join(":") };
}

function faultOf({ name, secret }: ApiKey, earlier: readonly ApiKey[]): string | undefined {
  // A secret that the header cannot carry could be configured but never presented.
  if (!namePattern.test(name) || bearerOf(`Bearer ${secret}`) !== secret) return "expected <name>:<secret>";
  if (secret.length < minSecretLength) return `the secret is shorter than ${minSecretLength} characters`;
  if (earlier.some((key) => key.name === name)) return "the name is taken";
  if (earlier.some((key) => key.secret === secret)) return "the secret is used twice";
  return undefined;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
