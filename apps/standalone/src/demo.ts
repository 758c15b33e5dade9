import { randomBytes } from "node:crypto";
import { signToken } from "@roomcast/auth";
import type { Env } from "@roomcast/service";

/** Generated keys for a first try. */
export interface Demo {
  /**
   * The `auth.token` for socket.io-client: user `demo`, who may enter all rooms except other users' rooms.
   */
  token: string;
  /** The API key. */
  apiKey: string;
}

const settings = ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "API_KEYS"];

/** Generates keys if none are configured. Never does so in production. */
export function withDemoKeys(env: Env): { env: Env; demo?: Demo } {
  if (env.NODE_ENV === "production" || settings.some((name) => env[name])) return { env };
  const secret = randomBytes(32).toString("base64url");
  const apiKey = randomBytes(18).toString("base64url");
  const rooms = ["project:*", "agent:*", "channel:*"];
  const token = signToken({ userId: "demo", rooms, expiresInSeconds: 86_400 }, secret);
  return { env: { ...env, JWT_SECRET: secret, API_KEYS: `demo:${apiKey}` }, demo: { token, apiKey } };
}
