import { claimed } from "#gateways/field-reader.ts";

/** The team of a tag such as `team:search`; the first one counts. */
export function teamOfTags(tags: readonly string[]): string | null {
  const tag = tags.find((text) => /^team:./i.test(text));
  return tag === undefined ? null : claimed(tag.slice("team:".length));
}

/** Labels within the contract's bounds: at most 64 of at most 256 characters. */
export function labelsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((tag) => claimed(tag, 256) ?? []).slice(0, 64);
}
