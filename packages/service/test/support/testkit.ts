// By path, because the testkit is no dependency of the packages it is built beside.
export * from "../../../testkit/src/redis-server.ts";
