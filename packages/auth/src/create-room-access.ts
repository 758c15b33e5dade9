import { type AuthorizerConfig, AuthorizerRoomAccess } from "./authorizer-room-access.ts";
import { ClaimsRoomAccess } from "./claims-room-access.ts";
import { LostRoomAccess } from "./revocation/lost-room-access.ts";
import type { RoomAccess } from "./room-access.ts";

/** Creates room access that uses the claims and, if configured, an authoriser. */
export function createRoomAccess(config: { authorizer?: AuthorizerConfig } = {}): RoomAccess {
  const { authorizer } = config;
  return new LostRoomAccess(
    authorizer === undefined ? new ClaimsRoomAccess() : new AuthorizerRoomAccess(authorizer),
  );
}
