import jwt from "jsonwebtoken";
import { testSecret } from "./roomcast-process.ts";

const everyRoom = ["project:*", "agent:*", "channel:*"];

/**
 * Signs a token with the test secret, valid for an hour.
 * By default it allows all rooms except other users' rooms.
 */
export function testToken(userId = "u1", claims: Record<string, unknown> = {}): string {
  const payload = { rooms: everyRoom, ...claims };
  return jwt.sign(payload, testSecret, { subject: userId, ...("exp" in claims ? {} : { expiresIn: "1h" }) });
}
