import type { SourceSetting } from "#core/settings/source.ts";

/** Every topic that is ingested: our own, and those of sources that are enabled. */
export function ingestedTopics(
  sources: Iterable<{ readonly value: SourceSetting }>,
  recordsTopic: string,
): readonly string[] {
  const named = [...sources].flatMap(({ value }) => (value.enabled ? (value.topic ?? []) : []));
  return [...new Set([recordsTopic, ...named])].sort();
}
