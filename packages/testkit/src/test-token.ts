import jwt from "jsonwebtoken";
import { testSecret } from "./roomcast-process.ts";

const everyRoom = ["project:*", "agent:*", "channel:*"];

/** A token of the test secret, good for an hour; by default it may enter every room but other users'. */
export function testToken(userId = "u1", claims: Record<string, unknown> = {}): string {
  const payload = { rooms: everyRoom, ...claims };
  return jwt.sign(payload, testSecret, { subject: userId, ...("exp" in claims ? {} : { expiresIn: "1h" }) });
}
