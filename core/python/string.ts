/** One escape as `repr` writes them, else one character that stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  n: "\n",
  r: "\r",
  t: "\t",
};
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The string literal (or bytes) that begins at `start`; null where none does, or where it never ends. */
export function pythonString(text: string, start: number): { value: string; end: number } | null {
  const open = text[start] === "b" ? start + 1 : start;
  const quote = text[open];
  if (quote !== "'" && quote !== '"') return null;
  let value = "";
  let from = open + 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === quote) return { value: value + text.slice(from, at), end: at + 1 };
    if (text[at] !== "\\") continue;
    const escaped = escapeAt(text, at + 1);
    if (escaped === null) return null;
    value += text.slice(from, at) + escaped.value;
    at = escaped.end - 1;
    from = escaped.end;
  }
  return null;
}

function escapeAt(text: string, at: number): { value: string; end: number } | null {
  const letter = text[at] ?? "";
  const plain = ESCAPES[letter];
  if (plain !== undefined) return { value: plain, end: at + 1 };
  const length = HEX_LENGTHS[letter];
  if (length === undefined) return null;
  const digits = text.slice(at + 1, at + 1 + length);
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) return null;
  const code = Number.parseInt(digits, 16);
  return code > 0x10ffff ? null : { value: String.fromCodePoint(code), end: at + 1 + length };
}

/** Text as a literal in single quotes, escaped as `repr` would. */
export function pythonLiteral(value: string): string {
  const escaped = value.replace(/[\\'\n\r\t]/g, (found) => `\\${ESCAPED[found] ?? found}`);
  return `'${escaped}'`;
}

const ESCAPED: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t" };
