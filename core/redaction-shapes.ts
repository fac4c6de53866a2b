import { CREDENTIAL_MARKER } from "#core/redaction-markers.ts";

/**
 * Text with everything that has the shape of a secret replaced by a marker: keys by the prefixes that vendors
 * publish for secret scanners, tokens after `Bearer`, private keys, passwords in addresses, and what follows a
 * credential's name as in a header dump or a traceback. Applied until nothing changes, so it is idempotent.
 * Each pattern consumes its whole run of characters and starts only where no such run is open: linear.
 */
export function scrubText(text: string): string {
  if (!mayBeSecret(text)) return text;
  let scrubbed = text;
  for (;;) {
    const next = scrubbed
      .replace(KEYS, CREDENTIAL_MARKER)
      .replace(SCHEMES, `$1 ${CREDENTIAL_MARKER}`)
      .replace(COOKIES, `$1${CREDENTIAL_MARKER}`)
      .replace(NAMED, replaceNamed)
      .replace(PARAMETERS, `$1${CREDENTIAL_MARKER}`)
      .replace(IN_ADDRESS, `$1${CREDENTIAL_MARKER}@`);
    if (next === scrubbed) return scrubbed;
    scrubbed = next;
  }
}

/** Whether a text may have the shape of a secret in it: a cheap look that is never wrong when it says no. */
export function mayBeSecret(text: string): boolean {
  return HINT.test(text) || ((text.includes(":") || text.includes("=")) && HINT_IN_TEXT.test(text));
}

/** As `mayBeSecret`, for more text at once. May be asked of whole JSON text whose strings have no escapes. */
export function mayHoldSecret(text: string): boolean {
  return HINT.test(text) || HINT_IN_JSON.test(text);
}

/**
 * Index of the first list or object that follows the name of a credential, -1 when none does. In text that is not
 * JSON nothing says where such a value ends.
 */
export function containerAfterName(text: string): number {
  const match = NAMED_CONTAINER.exec(text);
  return match === null ? -1 : match.index + match[0].length - 1;
}

/** Whether a value is random enough to be a key by itself: mixed case with digits, or 32 hex digits (Azure). */
export function looksRandom(value: string): boolean {
  if (/^[0-9a-f]{32}$/i.test(value)) return true;
  return /^[\w.+/=~-]{24,}$/.test(value) && /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}

/**
 * Keys by their prefixes, as documented by the vendors (see the list of partner patterns of GitHub secret scanning),
 * and what has to follow before it is one. Not within a longer word.
 */
const PREFIXED: readonly (readonly [prefix: string, needed: string, rest: string])[] = [
  // Anthropic, OpenAI, LiteLLM and others: `sk-` with a digit in it or long; `sk-1234` is LiteLLM's own example.
  ["sk-", "(?:(?=[A-Za-z_-]*\\d)[\\w-]{4,}|[\\w-]{16,})", ""],
  ["(?:AKIA|ASIA)", "[A-Z0-9]{12,}", "[\\w-]*"],
  ["(?:ABSK|bedrock-api-key-)", "[A-Za-z0-9+/=]{20,}", "[\\w-]*"],
  ["(?:AIza|ya29\\.|GOCSPX-|1//0)", "[\\w-]{20,}", "[\\w.-]*"],
  ["eyJ", "[\\w-]{8,}\\.[\\w-]{8,}\\.", "[\\w.-]*"],
  ["st_", "[a-z0-9]{12}_[\\w-]{8,}", ""],
  [
    "(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|gsk_|pplx-|xai-|r8_|zpka_|[rs]k_live_|dapi|xox[abeprs]-)",
    "(?=[A-Za-z_-]*\\d)[\\w-]{16,}",
    "",
  ],
];
const NOT_IN_WORD = "(?<![A-Za-z0-9_-]";
const PRIVATE_KEY = "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----";
const KEYS = new RegExp(
  [
    ...PREFIXED.map(([prefix, needed, rest]) => `${NOT_IN_WORD})${prefix}${needed}${rest}`),
    `${PRIVATE_KEY}[\\s\\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)`,
  ].join("|"),
  "g",
);

/** A token after the name of its scheme; prose such as "bearer authentication" has no digit and is short. */
const SCHEMES =
  /(?<![A-Za-z0-9])([Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,8}(?:(?=[\w.~+/-]*(?:\d|=|[a-z][A-Z]))[\w.~+/=-]{8,}|[\w.~+/=-]{20,})/g;

const NAME =
  "(?:(?:proxy-|x-)?authorization|[a-z-]{0,24}api[-_]?key|x-goog-[a-z-]{1,40}|[a-z-]{0,24}(?:auth|access|refresh|security|session)[-_]?token|client[-_]?secret|secret[-_]?access[-_]?key|password|passwd|x-amz-(?:signature|credential))";
/** `name: value`, `name=value`, `"name": "value"`, also with escaped quotes; to the end of the value. */
const NAMED = new RegExp(
  `(?<![A-Za-z0-9])(${NAME})(\\\\*["']?\\s{0,8}[:=]\\s{0,8}\\\\*["']?)((?:(?:bearer|basic|token|digest) )?[^\\s"'\\\\,;&<>(){}]+)`,
  "gi",
);

const NAMED_CONTAINER = new RegExp(
  `(?<![A-Za-z0-9])(?:${NAME}|(?:set-)?cookie)\\\\*["']?\\s{0,8}[:=]\\s{0,8}(?!\\[c(?:redential|ontent \\d))[[{]`,
  "i",
);

/** All cookies of a header, to the end of its line or string. */
const COOKIES = /((?<![A-Za-z0-9])(?:set-)?cookie\\*["']?\s{0,8}[:=]\s{0,8}\\*["']?)[^\r\n"'\\]+/gi;

/** A parameter of an address whose name is short and common elsewhere (Google's `?key=`). */
const PARAMETERS = /([?&](?:key|token|sig|signature)=)[^\s&#"'\\]+/gi;

/** In an address: `https://user:secret@host`, also cut off before the `@` (a port has digits only). */
const IN_ADDRESS = /(:\/\/)[^\s/:@"'[\]]{0,256}:(?:[^\s/@"']{1,1024}@|(?!\d{1,5}$)[^\s/@"']{1,1024}$)/g;

function replaceNamed(whole: string, name: string, between: string, value: string): string {
  if (/^(?:none|null|nil|true|false|undefined)$/i.test(value)) return whole;
  return `${name}${between}${CREDENTIAL_MARKER}`;
}

/**
 * `KEYS` and `SCHEMES` again, from the character that stands before on: few characters stand before a word, so this is
 * twice as fast as looking for the prefixes and then back. A private key's first dash stands before the others.
 */
const HINT = new RegExp(
  `(?:^|[^A-Za-z0-9])(?:${[
    ...PREFIXED.map(([prefix, needed]) => `${prefix}${needed}`),
    PRIVATE_KEY.slice(1),
    "(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\\s{1,8}[\\w.~+/=-]{8,}",
  ].join("|")})`,
);
const HINT_IN_TEXT = separatorHint("[:=]", "\\\\*[\"']?");
// In JSON text a double quote after the name is the end of a key, which is judged by name and not by shape.
const HINT_IN_JSON = separatorHint('(?<!")[:=]', "'?");

/**
 * Looks back from each colon and equals sign, which are few and mostly follow a quote: fifteen times as fast on a
 * LiteLLM record as looking for the names. The last part is an address with no mere port after its second colon.
 */
function separatorHint(separator: string, closing: string): RegExp {
  const names =
    "authorization|cookie|api[-_]?key|x-goog-[a-z-]{1,40}|token|secret|access[-_]?key|password|passwd|x-amz-[a-z-]{1,40}";
  const parameters = "[?&](?:key|sig|signature)";
  return new RegExp(
    `${separator}(?<=(?:(?:${names})${closing}\\s{0,8}|${parameters})[:=])|://[^\\s/:@"'[\\]]{0,256}:(?!\\d{1,5}["/?#\\s])`,
    "i",
  );
}
