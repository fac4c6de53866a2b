import { z } from "zod";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

const SettingsChangeRow = z.object({
  settings_offset: Whole,
  append_time: Moment,
  change_id: Known,
  kind: Known,
  id: Known,
  expected_version: z.int(),
  version: z.int(),
  outcome: z.string(),
  detail: Known,
  actor: Known,
  reason: Known,
  before: z.string(),
  after: z.string(),
});

/** The history of settings, newest first, in the order of the log. */
export function settingsChangesQuery(values: {
  kinds: readonly string[] | undefined;
  ids: readonly string[] | undefined;
  before: bigint | null;
  rowsMax: number;
}): ViewQuery<typeof SettingsChangeRow> {
  const { kinds, ids, before, rowsMax } = values;
  return {
    name: "settings_changes",
    sql: () =>
      [
        SELECT,
        ...(kinds === undefined ? [] : ["AND kind IN {filter_kind:Array(String)}"]),
        ...(ids === undefined ? [] : ["AND id IN {filter_id:Array(String)}"]),
        ...(before === null ? [] : ["AND settings_offset < {before_offset:UInt64}"]),
        "ORDER BY settings_offset DESC, append_time DESC",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      ...(kinds === undefined ? {} : { filter_kind: kinds }),
      ...(ids === undefined ? {} : { filter_id: ids }),
      ...(before === null ? {} : { before_offset: before }),
      rows_max: rowsMax,
    },
    row: SettingsChangeRow,
  };
}

const SELECT = `SELECT
  settings_offset, append_time, change_id, kind, id, expected_version, version,
  toString(outcome) AS outcome, detail, actor, reason, before, after
FROM all_settings_changes
WHERE true`;
