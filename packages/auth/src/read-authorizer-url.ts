import type { EnvReader } from "@roomcast/service";

/** Reads `AUTHORIZER_URL`; see `AuthorizerRoomAccess`. */
export function readAuthorizerUrl(read: EnvReader): string | undefined {
  return read.url("AUTHORIZER_URL", {
    description: "Asked by POST whether a user may enter a room that the token does not grant.",
  });
}
