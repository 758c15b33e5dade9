const maxBodyBytes = 1_048_576;

/**
 * Fetches JSON: GET, or POST with a `body` of JSON text. Throws a plain `Error` unless the response is a 200
 * with valid JSON of at most 1 MiB and complete within `timeoutMs`. Does not follow redirects.
 */
export async function requestJson(url: URL, options: { body?: string; timeoutMs: number }): Promise<unknown> {
  try {
    const response = await fetch(url, requestOf(options));
    return JSON.parse(await readText(response));
  } catch (error) {
    throw new Error(`no usable answer from ${url.host}${url.pathname}`, { cause: error });
  }
}

/**
 * Parses an http or https URL. Throws a plain `Error` for others, and for credentials, which `fetch` refuses.
 */
export function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || `${url.username}${url.password}` !== "") {
    throw new Error("expected an http or https URL without credentials");
  }
  return url;
}

function requestOf({ body, timeoutMs }: { body?: string; timeoutMs: number }): RequestInit {
  const common = { redirect: "error", signal: AbortSignal.timeout(timeoutMs) } as const;
  if (body === undefined) return { ...common, headers: { accept: "application/json" } };
  const headers = { accept: "application/json", "content-type": "application/json" };
  return { ...common, method: "POST", headers, body };
}

async function readText(response: Response): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error(`longer than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
