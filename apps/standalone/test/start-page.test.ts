import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startRoomcast } from "@roomcast/testkit";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "./support/browser.ts";
import { runCurl } from "./support/readme.ts";
import { type DemoServer, startDemo } from "./support/standalone.ts";

describe("the start page in Chromium", () => {
  let browser: Browser;
  let demo: DemoServer;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    [browser, demo] = await Promise.all([startBrowser(), startDemo()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await demo.server.stop();
  });
  beforeEach(async () => {
    faults = [];
    page = await open({ width: 1_200, colorScheme: "light" });
    await page.getByText("connected", { exact: true }).waitFor();
  });
  afterEach(() => page.context().close());

  const events = () => page.locator("#events li");
  const arrived = (count: number) =>
    events()
      .nth(count - 1)
      .waitFor();

  test("connects with the printed token and shows an event sent with the README's curl", async () => {
    expect(await page.locator("#token").textContent()).toBe(demo.keys().TOKEN);
    const { position } = await runCurl(demo.port, demo.keys().API_KEY);
    await arrived(1);
    const shown = await events().first().textContent();
    for (const text of ["project.updated", "project:123", position, '"projectName":"Apollo"']) {
      expect(shown).toContain(text);
    }
    expect(faults).toEqual([]);
  });

  test("sends an event itself, and gives its commands to the clipboard", async () => {
    await page.getByRole("button", { name: "send it from here" }).click();
    await arrived(1);
    await page
      .locator("pre", { has: page.locator("#curl") })
      .getByRole("button")
      .click();
    await page.getByRole("button", { name: "copied" }).waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    expect(copied).toBe(await page.locator("#curl").textContent());
    expect(copied).toContain(demo.keys().API_KEY);
  });

  test("comes back by itself when the server was started anew, with the new keys", async () => {
    const former = demo.keys();
    await demo.server.stop();
    await page.getByText("waiting for the server…").waitFor();
    await demo.server.restart();
    await page.getByText("connected", { exact: true }).waitFor();
    expect(demo.keys()).not.toEqual(former);
    expect(await page.locator("#token").textContent()).toBe(demo.keys().TOKEN);
    await runCurl(demo.port, demo.keys().API_KEY);
    await arrived(1);
  });

  test.each([
    { colorScheme: "light", width: 1_200 },
    { colorScheme: "light", width: 380 },
    { colorScheme: "dark", width: 1_200 },
    { colorScheme: "dark", width: 380 },
  ] as const)("fits a $colorScheme window of $width pixels", async (look) => {
    await page.context().close();
    page = await open(look);
    await page.getByText("connected", { exact: true }).waitFor();
    await runCurl(demo.port, demo.keys().API_KEY);
    await arrived(1);
    const path = join(tmpdir(), `roomcast-start-page-${look.colorScheme}-${look.width}.png`);
    await page.screenshot({ path, fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
    expect(faults).toEqual([]);
  });

  test("says so when the server has keys of its own", async () => {
    const server = await startRoomcast("standalone");
    await page.goto(`http://localhost:${server.port}`);
    await page.getByText("this server has keys of its own").waitFor();
    await server.stop();
  });

  test.each([{ WS_COMPRESSION_THRESHOLD: "256" }, { WS_PARSER: "msgpack", WS_COMPRESSION_THRESHOLD: "256" }])(
    "reads what a server with %j sends",
    async (env) => {
      const other = await startDemo(env);
      await page.goto(`http://localhost:${other.port}`);
      await page.getByText("connected", { exact: true }).waitFor();
      await runCurl(other.port, other.keys().API_KEY);
      await arrived(1);
      expect(await events().first().textContent()).toContain('"projectName":"Apollo"');
      expect(faults).toEqual([]);
      await other.server.stop();
    },
  );

  async function open(look: { width: number; colorScheme: "light" | "dark" }): Promise<Page> {
    const { width, colorScheme } = look;
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const opened = await context.newPage();
    opened.on("pageerror", (error) => faults.push(error.message));
    opened.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await opened.goto(`http://localhost:${demo.port}`);
    return opened;
  }
});
