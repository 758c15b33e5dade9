import type { EnvReader } from "./env/env-reader.ts";

/** Reads `CORS_ORIGINS`: the origins whose pages are let in beside the server's own. */
export function readCorsOrigins(read: EnvReader): readonly string[] {
  return read.list("CORS_ORIGINS", {
    default: [],
    pattern: /^(\*|https?:\/\/[^/\s]+)$/,
    expected: "origins such as `https://app.example.com`, or `*`",
    description: "Origins whose pages may connect and call the API, beside the server's own; `*` for all.",
  });
}
