import type { Published, PublishResult } from "@roomcast/broadcaster";
import type { ErrorBody } from "@roomcast/events";

/** The response body for a published event. `duplicate` is present only if nothing was written. */
export interface PublishedBody {
  id: string;
  position: string;
  duplicate?: true;
}

/** Returns the response body for one published event. */
export function publishedBody({ id, position, duplicate }: Published): PublishedBody {
  return duplicate ? { id, position, duplicate } : { id, position };
}

/** Returns the part of the response body for one event of a batch. */
export function resultBody(result: PublishResult): PublishedBody | { error: ErrorBody } {
  return result.ok ? publishedBody(result.published) : { error: result.error.toBody() };
}
