const mark = "[redacted]";

/** The end of a JSON string that names a secret. */
const secretName = /(?:token|secret|password|passphrase|authorization|cookie)"$/i;

/** A secret parameter of a URL. */
const secretParameter = /([?&]\w*(?:token|secret|password)=)[^&#"'\\\s]+/gi;

/** The password of a URL. */
const urlPassword = /(:\/\/[^\s/:@"\\]*:)[^\s/@"\\]+@/g;

const bearer = /(\bbearer[ .])[\w.~+/=-]+/gi;

/** The characters of a JWT, and what directly precedes or follows it. */
const tokenLike = /[\w.-]+/g;

const [quote, backslash] = [0x22, 0x5c];

/**
 * Returns the JSON line without secrets, however deeply nested. The result is still valid JSON. It takes
 * linear time: clients choose much of what is logged, and writing a line blocks the event loop.
 */
export function redactLine(line: string): string {
  const text = redactFields(line)
    .replace(secretParameter, `$1${mark}`)
    .replace(urlPassword, `$1${mark}@`)
    .replace(bearer, `$1${mark}`);
  return text.includes("eyJ") ? text.replace(tokenLike, redactJwts) : text;
}

/** Replaces the strings, and lists of strings, in fields whose name ends like a secret's. */
function redactFields(line: string): string {
  let redacted = "";
  let done = 0;
  for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', done)) {
    const end = endOfText(line, at);
    redacted += line.slice(done, end);
    done = end;
    if (line[end] !== ":" || !secretName.test(line.slice(at, end))) continue;
    const valueEnd = endOfTexts(line, end + 1);
    if (valueEnd === undefined) continue;
    redacted += `:"${mark}"`;
    done = valueEnd;
  }
  return redacted + line.slice(done);
}

/** Returns where the JSON string that begins at `at` ends. */
function endOfText(line: string, at: number): number {
  for (let index = at + 1; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code === quote) return index + 1;
    if (code === backslash) index++;
  }
  return line.length;
}

/** Returns where the string or list of strings that begins at `at` ends; undefined if there is none. */
function endOfTexts(line: string, at: number): number | undefined {
  if (line[at] === '"') return endOfText(line, at);
  if (line[at] !== "[") return undefined;
  let end = at + 1;
  while (line[end] === '"') {
    end = endOfText(line, end);
    if (line[end] === ",") end++;
  }
  return line[end] === "]" ? end + 1 : undefined;
}

/** A JWT's header is a JSON object, so its base64 always begins with `eyJ`. */
function redactJwts(text: string): string {
  const parts = text.split(".");
  const kept: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? "";
    const start = part.search(/\beyJ/);
    const isJwt = start !== -1 && (parts[index + 1] ?? "") !== "";
    kept.push(isJwt ? part.slice(0, start) + mark : part);
    // Skip its claims and its signature.
    if (isJwt) index += 2;
  }
  return kept.join(".");
}
