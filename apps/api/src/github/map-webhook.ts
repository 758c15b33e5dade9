import { mapIssue } from "./issue.ts";
import type { MappedEvent } from "./mapped-event.ts";
import { PayloadReader } from "./payload-reader.ts";
import { mapPullRequest } from "./pull-request.ts";

/**
 * Returns the catalogue event for a GitHub webhook, or undefined for a kind that we do not publish. A
 * malformed payload throws `invalid_command`, which names the field. Without a project id, the repository's
 * id is used.
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
