import { findProgram } from "@roomcast/testkit";
import { type Browser, chromium } from "playwright-core";

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless Chromium with a new profile, which goes with it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findProgram("chromium", "chromium-browser", "google-chrome");
  if (executablePath === undefined) throw new Error("these tests need chromium: install it");
  return chromium.launch({ executablePath, args });
}
