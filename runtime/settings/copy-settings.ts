import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { CHANGE_COLUMNS, changeRow } from "#core/settings/change-row.ts";
import type { Outcome } from "#core/settings/state.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { isRetriable } from "#runtime/clickhouse/faults.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface SettingsCopy {
  /** Offset of the last message that is in ClickHouse; -1 is none. */
  copiedOffset(): bigint;
  /** Rejects when copying cannot go on; the program should end with it. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

const ROWS_MAX = 5_000;
const RETRY_MS = [100, 500, 2_000, 10_000] as const;

/**
 * Copies every message of the settings topic, accepted or refused, to `settings_changes_v1`: the history and the
 * back-up of the settings. It goes on from the last offset that is there. One that runs beside it writes the same
 * rows under the same key, so nothing is doubled.
 */
export function copySettings(deps: {
  clickhouse: ClickHouse;
  settings: SettingsLog;
  log: Log;
}): SettingsCopy {
  const ending = new AbortController();
  let copied = -1n;
  const copy = async (): Promise<void> => {
    copied = await retrying(deps.log, ending.signal, () => lastCopied(deps));
    while (!ending.signal.aborted) {
      const outcomes = deps.settings.outcomesAfter(copied, ROWS_MAX);
      const last = outcomes.at(-1);
      if (last === undefined) {
        await deps.settings.waitFor(copied + 1n, ending.signal);
        continue;
      }
      const rows = changeRows(outcomes);
      await retrying(deps.log, ending.signal, () => deps.clickhouse.insert(rows));
      copied = last.offset;
    }
  };
  const done = copy().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    copiedOffset: () => copied,
    done,
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}

/** Where to go on. A topic that was made anew has another message at that offset: then everything is copied again. */
async function lastCopied({
  clickhouse,
  settings,
  log,
}: Parameters<typeof copySettings>[0]): Promise<bigint> {
  const [last] = await clickhouse.query({
    name: "settings_last_copied",
    sql: `SELECT settings_offset, toUnixTimestamp64Milli(append_time) AS append_time_ms
          FROM settings_changes_v1 ORDER BY settings_offset DESC, append_time DESC LIMIT 1`,
    row: z.object({ settings_offset: z.coerce.bigint(), append_time_ms: z.coerce.number() }),
  });
  if (last === undefined) return -1n;
  const there = settings.outcomeAt(last.settings_offset);
  if (there?.appendTimeMs === last.append_time_ms) return last.settings_offset;
  log.warn(
    { topic: settings.topic, offset: String(last.settings_offset) },
    "the settings topic is not the one that was copied before; copying all of it",
  );
  return -1n;
}

function changeRows(outcomes: readonly Outcome[]): Parameters<ClickHouse["insert"]>[0] {
  const rows = outcomes.map(changeRow);
  const digest = createHash("sha256")
    .update(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? String(value) : value)))
    .digest("hex");
  const ingestedAt = new Date().toISOString();
  return {
    table: "settings_changes_v1",
    columns: [...CHANGE_COLUMNS, "ingested_at"],
    rows: rows.map((row) => ({ ...row, ingested_at: ingestedAt })),
    // Without the time of writing, so that a repeat of the same rows is known for one.
    token: `settings-${digest}`,
  };
}

async function retrying<Value>(log: Log, signal: AbortSignal, act: () => Promise<Value>): Promise<Value> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!isRetriable(error) || signal.aborted) throw error;
      const waitMs = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      log.warn({ error, waitMs }, "the settings' history could not be written; trying again");
      await wait(waitMs, undefined, { signal });
    }
  }
}
