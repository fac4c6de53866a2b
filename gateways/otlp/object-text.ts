/**
 * Writes one JSON object from the texts of its values. A key that comes again with the same value is written once. One
 * that comes again with another is written again: the text then has the key twice and is refused as what it is
 * (`json_duplicate_key`), with both values kept. To choose one of them would be a guess.
 */
export class ObjectText {
  #text = "";
  readonly #members = new Map<string, string | Set<string>>();

  /** @param key its JSON text, quotes included @param value its JSON text */
  add(key: string, value: string): void {
    const known = this.#members.get(key);
    if (known === undefined) this.#members.set(key, value);
    else if (known === value) return;
    else if (typeof known === "string") this.#members.set(key, new Set([known, value]));
    else if (known.has(value)) return;
    else known.add(value);
    this.#text += this.#text === "" ? `${key}:${value}` : `,${key}:${value}`;
  }

  text(): string {
    return `{${this.#text}}`;
  }
}

/** An object of known members, those without a value left out. */
export function objectText(members: Readonly<Record<string, string | null>>): string {
  let text = "";
  for (const name in members) {
    const value = members[name];
    if (value === null || value === undefined) continue;
    text += text === "" ? `"${name}":${value}` : `,"${name}":${value}`;
  }
  return `{${text}}`;
}

/** A list, or nothing where it is empty. */
export function listText(values: readonly string[]): string | null {
  return values.length === 0 ? null : `[${values.join(",")}]`;
}
