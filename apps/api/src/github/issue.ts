import type { MappedEvent } from "./mapped-event.ts";
import type { PayloadReader } from "./payload-reader.ts";
import { assigneesOf, labelsOf, omitUndefined, optionalText, repositoryItem } from "./repository-item.ts";

/** Maps GitHub's `issues` to `issue.created`, `issue.closed`, or `issue.updated` with GitHub's action. */
export function mapIssue(payload: PayloadReader, projectId: string | undefined): MappedEvent {
  const issue = payload.object("issue");
  const action = payload.text("action");
  const data = { ...repositoryItem(payload, "issue", projectId), ...stateOf(issue) };
  if (action === "opened") return { type: "issue.created", data };
  const closedAt = optionalText(issue, "closed_at");
  if (action !== "closed")
    return { type: "issue.updated", data: { ...data, action, ...omitUndefined({ closedAt }) } };
  const stateReason = optionalText(issue, "state_reason");
  return { type: "issue.closed", data: { ...data, ...omitUndefined({ closedAt, stateReason }) } };
}

// GitHub has sent issues without state, labels or assignees (see its own examples of `pinned` and `opened`).
function stateOf(issue: PayloadReader) {
  return omitUndefined({
    state: optionalText(issue, "state"),
    labels: issue.optional("labels", labelsOf),
    assignees: issue.optional("assignees", assigneesOf),
  });
}
