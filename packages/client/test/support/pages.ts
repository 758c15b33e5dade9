import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { Page, type PageOptions } from "./page.ts";
import { Standalone } from "./standalone.ts";

/** A server for the tests of a `describe`, and pages that are closed after each test. */
export interface Pages {
  readonly server: Standalone;
  open(options?: PageOptions): Page;
}

/** Call it inside a `describe`. */
export function usePages(env: Record<string, string> = {}): Pages {
  let server: Standalone;
  const opened: Page[] = [];
  beforeAll(async () => {
    server = await Standalone.start(env);
  }, 60_000);
  afterEach(() => {
    for (const page of opened.splice(0)) page.close();
  });
  afterAll(() => server.stop());
  return {
    get server() {
      return server;
    },
    open(options) {
      const page = new Page(server.url, options);
      opened.push(page);
      return page;
    },
  };
}
