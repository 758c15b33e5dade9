import { setImmediate } from "node:timers/promises";
import { afterAll } from "@jest/globals";
import type { Roomcast } from "@roomcast/client";
import { RoomcastProvider } from "@roomcast/client/react";
import { JSDOM } from "jsdom";
import { createElement, type FunctionComponent, StrictMode } from "react";

const { window } = new JSDOM("<!doctype html><body></body>");
const globals = { window, document: window.document, navigator: window.navigator };
Object.assign(globalThis, globals);
afterAll(async () => {
  // What React still has to do after an unmount it does in turns of its own, and looks at the globals.
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  window.close();
});
// React looks at the globals when it is loaded.
const { createRoot } = await import("react-dom/client");

/** A component on a page, in strict mode and below a provider. */
export interface Rendered<Props> {
  /** What it shows. */
  readonly text: string;
  update(props: Props): void;
  unmount(): void;
}

/** Renders a component; what it shows changes a little later. */
export function render<Props extends object>(
  roomcast: Roomcast,
  component: FunctionComponent<Props>,
  props: NoInfer<Props>,
): Rendered<Props> {
  const container = document.createElement("div");
  const root = createRoot(container);
  const update = (changed: Props) =>
    root.render(
      createElement(
        StrictMode,
        null,
        createElement(RoomcastProvider, { roomcast }, createElement(component, changed)),
      ),
    );
  update(props);
  return {
    get text() {
      return container.textContent;
    },
    update,
    unmount: () => root.unmount(),
  };
}
