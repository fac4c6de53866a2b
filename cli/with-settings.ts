import { type CommonOptions, configOf } from "#cli/common-options.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Runs a verb that reads or changes settings, and lets go of Kafka whatever comes of it. */
export async function withSettings<Value>(
  options: CommonOptions,
  act: (at: { readonly producer: Producer; readonly settings: SettingsLog }) => Promise<Value>,
): Promise<Value> {
  const config = configOf(options, "settings");
  const log = createLog("cli", "error");
  const producer = await createProducer(config.kafka, log);
  try {
    const settings = await followSettings({ kafka: config.kafka, topic: config.topics.settings, log });
    try {
      return await act({ producer, settings });
    } finally {
      await settings.stop();
    }
  } finally {
    await producer.close();
  }
}
