import { z } from "zod";
import { failure } from "#core/failure.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { INSERT_SETTINGS } from "#runtime/clickhouse/insert-settings.ts";

const CHECKED = [
  "async_insert",
  "wait_for_async_insert",
  "insert_deduplicate",
  "input_format_parallel_parsing",
] as const;
/** `deduplicate_insert` is new in 26.x and stands above `insert_deduplicate`; older servers do not know it. */
const WANTED =
  "async_insert=0, wait_for_async_insert=1, insert_deduplicate=1, input_format_parallel_parsing=0, deduplicate_insert=enable";

const Effective = z.object({ found: z.string() });

/**
 * Asks the server, under the pins, what is in force for this user: a profile of a server of one's own may constrain
 * a setting. To be called once at start.
 *
 * @throws failure CLICKHOUSE_INSERT_SETTINGS when a pin is not in force
 */
export async function checkInsertSettings(clickhouse: ClickHouse): Promise<void> {
  const [row] = await clickhouse.query({
    name: "insert_settings_check",
    sql: `SELECT concat(
        'async_insert=', toString(toUInt8(getSetting('async_insert'))),
        ', wait_for_async_insert=', toString(toUInt8(getSetting('wait_for_async_insert'))),
        ', insert_deduplicate=', toString(toUInt8(getSetting('insert_deduplicate'))),
        ', input_format_parallel_parsing=', toString(toUInt8(getSetting('input_format_parallel_parsing'))),
        ', deduplicate_insert=', getSettingOrDefault('deduplicate_insert', 'enable')) AS found`,
    row: Effective,
    settings: Object.fromEntries(CHECKED.map((name) => [name, INSERT_SETTINGS[name]])),
  });
  if (row?.found !== WANTED)
    throw failure("CLICKHOUSE_INSERT_SETTINGS", {
      user: clickhouse.user,
      found: row?.found ?? "?",
      wanted: WANTED,
    });
}
