import type { EnvReader } from "../env/env-reader.ts";
import { AllowedOrigins } from "./allowed-origins.ts";

const howTo =
  "write an origin without a path such as `https://app.example.com`, `https://*.example.com` for all subdomains, " +
  "`capacitor://localhost` for an app, or `*` for all";

/** Reads `CORS_ORIGINS`: the origins whose pages are allowed besides the server's own. */
export function readCorsOrigins(read: EnvReader): readonly string[] {
  const items = read.list("CORS_ORIGINS", {
    default: [],
    pattern: /^\S+$/,
    expected: "origins such as `https://app.example.com` or `https://*.example.com`, or `*`",
    description: "Origins whose pages may connect and call the API, beside the server's own; `*` for all.",
  });
  for (const item of items) refuseUseless(read, item);
  return items;
}

/** An item that can match nothing is a mistake, which would go unnoticed until a page is refused. */
function refuseUseless(read: EnvReader, item: string): void {
  try {
    new AllowedOrigins([item]);
  } catch (error) {
    read.refuse("CORS_ORIGINS", `cannot be used: ${(error as Error).message}; ${howTo}`);
  }
}
