// By path, because the testkit's sources have to be enough to check the configurations.
export { findProgram } from "../../../packages/testkit/src/find-program.ts";
export { renderHaproxyConfig, startHaproxy } from "../../../packages/testkit/src/haproxy.ts";
export { renderNginxConfig, startNginx } from "../../../packages/testkit/src/nginx.ts";
export type { ProxyTargets, ReverseProxy } from "../../../packages/testkit/src/reverse-proxy.ts";
export { temporaryFolder } from "../../../packages/testkit/src/temporary-folder.ts";
export { waitUntil } from "../../../packages/testkit/src/wait-until.ts";
