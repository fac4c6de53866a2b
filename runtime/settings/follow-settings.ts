import { failure } from "#core/failure.ts";
import type { SettingsMessage } from "#core/settings/fold.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import { createFoldedLog, type SettingsListener, type SettingsLog } from "#runtime/settings/settings-log.ts";

/**
 * Reads the settings topic from its beginning and goes on following it; resolves when everything that was there at
 * the start is folded. It keeps no place in the topic: a fold needs all of it, every time. What is fetched together
 * is folded together, so a long log is read in the time that the network takes.
 *
 * @throws failure SETTINGS_TRUNCATED when the beginning of the topic is gone, which retention must never do to it
 */
export async function followSettings(deps: {
  readonly kafka: KafkaConfig;
  readonly topic: string;
  readonly log: Log;
  readonly onChange?: SettingsListener;
  /** Following has ended for good; the settings would only grow old from here on. */
  readonly onFailed?: (error: unknown) => void;
}): Promise<SettingsLog> {
  const folded = createFoldedLog(deps.topic);
  if (deps.onChange !== undefined) folded.onChange(deps.onChange);
  let fetched: SettingsMessage[] = [];
  let first: bigint | null = null;
  const reader = await readTopic(deps.kafka, {
    topic: deps.topic,
    partition: 0,
    fromOffset: 0n,
    log: deps.log,
    ...(deps.onFailed !== undefined && { onFailed: deps.onFailed }),
    onRecord: ({ offset, appendTimeMs, value }) => {
      first ??= offset;
      fetched.push({ offset, appendTimeMs, value });
    },
    onProgress: () => {
      const messages = fetched;
      fetched = [];
      folded.add(messages);
    },
  });
  const begin = first ?? reader.next();
  if (begin > 0n) {
    await reader.stop();
    throw failure("SETTINGS_TRUNCATED", { topic: deps.topic, offset: begin });
  }
  const { add: _, ...settings } = folded;
  return { ...settings, caughtUp: () => reader.caughtUp(), stop: () => reader.stop() };
}
