import type { PayloadReader } from "./payload-reader.ts";

/** GitHub's name for a deleted account. Its payloads contain null instead. */
const deletedAccount = "ghost";

/** Reads the fields that pull requests and issues share from `payload[key]`. */
export function repositoryItem(payload: PayloadReader, key: string, projectId: string | undefined) {
  const item = payload.object(key);
  const repository = payload.object("repository");
  return {
    projectId: projectId ?? String(repository.integer("id")),
    repository: repository.text("full_name"),
    number: item.integer("number"),
    title: item.text("title"),
    url: item.text("html_url"),
    author: loginOf(item, "user") ?? deletedAccount,
    sender: payload.object("sender").text("login"),
    createdAt: item.text("created_at"),
    updatedAt: item.text("updated_at"),
    ...omitUndefined({ milestone: item.optional("milestone", () => item.object("milestone").text("title")) }),
  };
}

/** Reads the login of an account field; undefined if there is none. */
export function loginOf(reader: PayloadReader, name: string): string | undefined {
  return reader.optional(name, () => reader.object(name).text("login"));
}

/** The names of the item's labels. */
export function labelsOf(item: PayloadReader): string[] {
  return item.list("labels").map((label) => label.text("name"));
}

/** The logins the item is assigned to. */
export function assigneesOf(item: PayloadReader): string[] {
  return item.list("assignees").map((account) => account.text("login"));
}

/** Reads a text field; undefined if it is absent or null. */
export function optionalText(reader: PayloadReader, name: string): string | undefined {
  return reader.optional(name, () => reader.text(name));
}

/** Removes undefined fields: an event's data may lack a field, but not contain undefined or null. */
export function omitUndefined<Fields extends Record<string, unknown>>(fields: Fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}
