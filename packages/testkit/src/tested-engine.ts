/** The engine that a test run chose for all servers by its own `WS_ENGINE`; empty for the default one. */
export function testedEngine(): { WS_ENGINE?: string } {
  const { WS_ENGINE: name } = process.env;
  return name === undefined ? {} : { WS_ENGINE: name };
}
