/** What `npm run test:matrix` runs the socket tests with, in order. `node`: a major version, or this process' own. */
export const cells = [
  { name: "compact", engine: "compact", versions: "pinned" },
  { name: "stock", engine: "stock", versions: "pinned" },
  { name: "stock-newest", engine: "stock", versions: "newest" },
  ...[22, 24, 26].map((node) => ({ name: `node-${node}`, engine: "compact", versions: "pinned", node })),
];

/** The packages that the promises to clients stand on; "newest" means these. */
export const enginePackages = ["socket.io", "engine.io", "socket.io-adapter", "ws"];
