import { type CommonOptions, configOf } from "#cli/common-options.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Config } from "#runtime/config/config.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** What an operator's verbs over stored records stand on: the tables as admin, the settings, and a producer. */
export interface ReplayGround {
  readonly config: Config;
  readonly clickhouse: ClickHouse;
  readonly producer: Producer;
  readonly settings: SettingsLog;
}

/** Opens the ground for one verb and lets go of it whatever comes of it. */
export async function withRecords<Value>(
  options: CommonOptions,
  act: (ground: ReplayGround) => Promise<Value>,
): Promise<Value> {
  const config = configOf(options, "replay");
  const log = createLog("cli", "error");
  const clickhouse = connectClickHouse(config.clickhouse.admin);
  try {
    const producer = await createProducer(config.kafka, log);
    try {
      const settings = await followSettings({ kafka: config.kafka, topic: config.topics.settings, log });
      try {
        return await act({ config, clickhouse, producer, settings });
      } finally {
        await settings.stop();
      }
    } finally {
      await producer.close();
    }
  } finally {
    await clickhouse.close();
  }
}
