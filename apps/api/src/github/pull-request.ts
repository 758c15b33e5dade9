import type { MappedEvent } from "./mapped-event.ts";
import type { PayloadReader } from "./payload-reader.ts";
import {
  assigneesOf,
  labelsOf,
  loginOf,
  omitUndefined,
  optionalText,
  repositoryItem,
} from "./repository-item.ts";

/** Maps GitHub's `pull_request` to `pr.created`, `pr.closed`, or `pr.updated` with GitHub's action. */
export function mapPullRequest(payload: PayloadReader, projectId: string | undefined): MappedEvent {
  const pullRequest = payload.object("pull_request");
  const action = payload.text("action");
  const data = { ...repositoryItem(payload, "pull_request", projectId), ...stateOf(pullRequest) };
  if (action === "opened") return { type: "pr.created", data };
  const endings = endingOf(pullRequest);
  if (action !== "closed") return { type: "pr.updated", data: { ...data, action, ...endings } };
  const mergedBy = loginOf(pullRequest, "merged_by");
  return { type: "pr.closed", data: { ...data, ...endings, ...omitUndefined({ mergedBy }) } };
}

function stateOf(pullRequest: PayloadReader) {
  return {
    state: pullRequest.text("state"),
    draft: pullRequest.flag("draft"),
    merged: pullRequest.flag("merged"),
    baseBranch: pullRequest.object("base").text("ref"),
    headBranch: pullRequest.object("head").text("ref"),
    labels: labelsOf(pullRequest),
    assignees: assigneesOf(pullRequest),
  };
}

function endingOf(pullRequest: PayloadReader) {
  return omitUndefined({
    closedAt: optionalText(pullRequest, "closed_at"),
    mergedAt: optionalText(pullRequest, "merged_at"),
  });
}
