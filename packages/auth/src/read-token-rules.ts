import type { EnvReader } from "@roomcast/service";
import { createTokenVerifier } from "./create-token-verifier.ts";
import type { TokenVerifierConfig } from "./token-verifier.ts";

type KeyVariable = "JWT_SECRET" | "JWT_PUBLIC_KEY" | "JWT_JWKS_URL";

/** Reads how to verify tokens: exactly one of three keys, and the required claims. */
export function readTokenRules(read: EnvReader): TokenVerifierConfig {
  const keys = readKeys(read);
  const issuer = read.string("JWT_ISSUER", { description: "The `iss` every token must have." });
  const audience = read.string("JWT_AUDIENCE", { description: "The `aud` every token must have." });
  const [found, ...others] = keys;
  if (found === undefined || others.length > 0) {
    const [variable] = others[0] ?? ["JWT_SECRET" as const];
    read.refuse(variable, "is one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL: set exactly one of them");
    return { secret: "" };
  }
  const [variable, key] = found;
  const rules = { ...key, ...(issuer && { issuer }), ...(audience && { audience }) };
  return usable(read, variable, rules);
}

function readKeys(read: EnvReader): [KeyVariable, TokenVerifierConfig][] {
  const secret = read.secret("JWT_SECRET", {
    description: "The secret tokens are signed with (HS256), 32 bytes or more.",
  });
  const pem = read.secret("JWT_PUBLIC_KEY", {
    description: "The public key of the tokens' issuer in PEM; line breaks may be written as `\\n`.",
  });
  const jwksUrl = read.url("JWT_JWKS_URL", { description: "Where the tokens' issuer publishes its keys." });
  const keys: [KeyVariable, TokenVerifierConfig][] = [];
  if (secret !== undefined) keys.push(["JWT_SECRET", { secret }]);
  if (pem !== undefined) keys.push(["JWT_PUBLIC_KEY", { publicKeyPem: pem.replaceAll("\\n", "\n") }]);
  if (jwksUrl !== undefined) keys.push(["JWT_JWKS_URL", { jwksUrl }]);
  return keys;
}

// The verifier refuses keys that are too short or malformed. Report that at the start, not at the first
// request.
function usable(read: EnvReader, variable: KeyVariable, rules: TokenVerifierConfig): TokenVerifierConfig {
  try {
    createTokenVerifier(rules);
  } catch (error) {
    read.refuse(variable, `cannot be used: ${(error as Error).message}`);
  }
  return rules;
}
