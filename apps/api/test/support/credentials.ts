import { signToken, type TokenClaims } from "@roomcast/auth";

/** The secret the test API verifies tokens with. */
export const tokenSecret = "a-secret-of-thirty-two-bytes-or-more";

/** The secret of the test API's key named `backend`. */
export const apiKey = "backend-key-0123456789";

/** The secret of the test API's key named `other`. */
export const otherApiKey = "other-key-0123456789";

/** The secret webhooks are signed with. */
export const webhookSecret = "webhook-secret";

/** A token the test API accepts, unless the claims say otherwise. */
export function token(claims: Partial<TokenClaims> = {}): string {
  return signToken({ userId: "ada", scope: "events:publish", ...claims }, tokenSecret);
}
