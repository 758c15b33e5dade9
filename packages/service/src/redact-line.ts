const mark = "[redacted]";

const jsonText = String.raw`"(?:[^"\\]|\\.)*"`;
const jsonTexts = String.raw`\[(?:\s*${jsonText}\s*,?)*\]`;

/** A field whose name ends like a secret's, with a text or a list of texts for a value. */
const secretField = new RegExp(
  String.raw`("[\w-]{0,40}(?:token|secret|password|passphrase|authorization|cookie)":)(?:${jsonText}|${jsonTexts})`,
  "gi",
);

/** A secret parameter of a URL, wherever the URL stands. */
const secretParameter = /([?&](?:\w{0,20}token|secret|password)=)[^&#"'\\\s]+/gi;

/** The password of a URL. */
const urlPassword = /(\b[a-z][a-z+.-]{0,20}:\/\/[^\s/:@"\\]{0,100}:)[^\s/@"\\]+(?=@)/gi;

const bearer = /(\bbearer[ .])[\w.~+/=-]+/gi;

/** The header of a JWT is a JSON object, whose base64 always begins with `eyJ`. */
const jwt = /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g;

/** The JSON line without the secrets in it, whatever they are nested in; still valid JSON. */
export function redactLine(line: string): string {
  return line
    .replace(secretField, `$1"${mark}"`)
    .replace(secretParameter, `$1${mark}`)
    .replace(urlPassword, `$1${mark}`)
    .replace(bearer, `$1${mark}`)
    .replace(jwt, mark);
}
