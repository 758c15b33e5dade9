import { mapIssue } from "./issue.ts";
import type { MappedEvent } from "./mapped-event.ts";
import { PayloadReader } from "./payload-reader.ts";
import { mapPullRequest } from "./pull-request.ts";

/**
 * The catalogue event for a GitHub webhook, or undefined if its kind is not one we announce. Malformed payloads throw
 * `invalid_command` naming the field. Without a project id the repository's id stands in for it.
 */
export function mapWebhook(
  event: string,
  payload: unknown,
  projectId: string | undefined,
): MappedEvent | undefined {
  switch (event) {
    case "pull_request":
      return mapPullRequest(new PayloadReader(payload), projectId);
    case "issues":
      return mapIssue(new PayloadReader(payload), projectId);
    default:
      return undefined;
  }
}
