import type { TopicNames } from "#runtime/config/config.ts";

/** The settings that name the topics, for a program that is started as its own process. */
export function topicSettings(topics: TopicNames): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(topics).map(([name, topic]) => [`SPENDTRAIL_TOPIC_${snake(name)}`, topic]),
  );
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
