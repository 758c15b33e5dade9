import type { Published, PublishResult } from "@roomcast/broadcaster";
import type { ErrorBody } from "@roomcast/events";

/** What the API answers for a published event; `duplicate` only if nothing was written. */
export interface PublishedBody {
  id: string;
  position: string;
  duplicate?: true;
}

/** The answer for one published event. */
export function publishedBody({ id, position, duplicate }: Published): PublishedBody {
  return duplicate ? { id, position, duplicate } : { id, position };
}

/** The answer for one event of a batch. */
export function resultBody(result: PublishResult): PublishedBody | { error: ErrorBody } {
  return result.ok ? publishedBody(result.published) : { error: result.error.toBody() };
}
