export type Json = Readonly<Record<string, unknown>>;

/** An object's members; of anything else none. */
export function membersOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** What the text holds, or nothing where it is no JSON. */
export function readJson(text: string): Json {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Text within the bounds of spendtrail's contract: 512 characters, none of them unprintable. */
export function textOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = value
    .trim()
    .slice(0, 512)
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, "\ufffd");
  return text === "" ? null : text;
}

/** A whole number from 0, or nothing. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
