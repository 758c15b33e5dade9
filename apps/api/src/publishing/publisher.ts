import type { PreparedEvent, Published, PublishResult } from "@roomcast/broadcaster";
import type { ApiContext } from "../api-context.ts";
import { type Caller, callerName } from "../http/caller.ts";
import { authoriseRooms } from "./authorise-rooms.ts";
import { scopedKey } from "./idempotency-scope.ts";
import type { PublishHeaders } from "./publish-headers.ts";
import type { PublishRequest } from "./publish-request.ts";

/** Publishes on behalf of a caller. It validates first, then authorises each room, then writes. */
export class Publisher {
  readonly #broadcaster: ApiContext["broadcaster"];
  readonly #roomAccess: ApiContext["roomAccess"];

  constructor({ broadcaster, roomAccess }: Pick<ApiContext, "broadcaster" | "roomAccess">) {
    this.#broadcaster = broadcaster;
    this.#roomAccess = roomAccess;
  }

  /**
   * Publishes one event. Its own options override the headers.
   * Rejects as the broadcaster does, or with `forbidden`.
   */
  async publish(caller: Caller, request: PublishRequest, headers: PublishHeaders = {}): Promise<Published> {
    const { type, data, ...options } = withHeaders(caller, request, headers);
    const event = this.#broadcaster.prepare(type, data, options);
    await this.#authorise(caller, [event]);
    return this.#broadcaster.commit(event);
  }

  /** Publishes a batch. Writes nothing if one event is invalid or not allowed. */
  async publishMany(
    caller: Caller,
    requests: readonly PublishRequest[],
    headers: PublishHeaders = {},
  ): Promise<PublishResult[]> {
    const events = this.#broadcaster.prepareMany(
      requests.map((request, index) => withHeaders(caller, request, headers, index)),
    );
    await this.#authorise(caller, events);
    return this.#broadcaster.commitAll(events);
  }

  #authorise(caller: Caller, events: readonly PreparedEvent[]): Promise<void> {
    return authoriseRooms(
      this.#roomAccess,
      caller,
      events.flatMap(({ rooms }) => rooms),
    );
  }
}

function withHeaders(
  caller: Caller,
  request: PublishRequest,
  headers: PublishHeaders,
  index?: number,
): PublishRequest {
  const idempotencyKey = keyOf(callerName(caller), request, headers, index);
  const merged = { ...headers, ...request };
  return idempotencyKey === undefined ? merged : { ...merged, idempotencyKey };
}

function keyOf(
  caller: string,
  { idempotencyKey: own }: PublishRequest,
  { idempotencyKey: shared }: PublishHeaders,
  index?: number,
): string | undefined {
  if (own !== undefined) return scopedKey(caller, own);
  return shared === undefined ? undefined : scopedKey(caller, shared, index);
}
