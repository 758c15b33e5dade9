import type { EventData, EventType } from "./catalogue.ts";
import { accountExamples } from "./examples/account.ts";
import { agentExamples } from "./examples/agent.ts";
import { aiExamples } from "./examples/ai.ts";
import { instanceExamples } from "./examples/instance.ts";
import { issueExamples } from "./examples/issue.ts";
import { notificationExamples } from "./examples/notification.ts";
import { projectExamples } from "./examples/project.ts";
import { pullRequestExamples } from "./examples/pull-request.ts";
import { systemExamples } from "./examples/system.ts";
import { workflowExamples } from "./examples/workflow.ts";

const examples: { readonly [T in EventType]: EventData<T> } = {
  ...projectExamples,
  ...agentExamples,
  ...workflowExamples,
  ...pullRequestExamples,
  ...issueExamples,
  ...aiExamples,
  ...instanceExamples,
  ...accountExamples,
  ...notificationExamples,
  ...systemExamples,
};

/**
 * Returns a new copy of an event's valid data with all declared fields, for documentation, demos and tests.
 */
export function exampleOf<T extends EventType>(type: T): EventData<T> {
  return JSON.parse(JSON.stringify(examples[type])) as EventData<T>;
}
