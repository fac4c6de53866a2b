import { CLICKHOUSE_SETTINGS } from "#runtime/config/clickhouse-settings.ts";
import { KAFKA_SETTINGS } from "#runtime/config/kafka-settings.ts";
import { PROGRAM_SETTINGS } from "#runtime/config/program-settings.ts";
import type { Setting, SettingValue } from "#runtime/config/setting.ts";

/** The one schema of the configuration, in the groups of its page. */
export const SETTING_GROUPS = {
  Programs: PROGRAM_SETTINGS,
  Kafka: KAFKA_SETTINGS,
  ClickHouse: CLICKHOUSE_SETTINGS,
} as const;

export const SETTINGS = { ...PROGRAM_SETTINGS, ...KAFKA_SETTINGS, ...CLICKHOUSE_SETTINGS } as const;

export type SettingName = keyof typeof SETTINGS;
/** All settings after reading: with a fallback always there, else possibly undefined. */
export type SettingValues = { readonly [Name in SettingName]: SettingValue<(typeof SETTINGS)[Name]> };

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The declaration by name, with its value's type forgotten: for what treats all settings alike. */
export function settingOf(name: SettingName): Setting<unknown> {
  return SETTINGS[name] as Setting<unknown>;
}
