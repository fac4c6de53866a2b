import { failure } from "#core/failure.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { FORMAT_OF } from "#query-api/exports/export-format.ts";
import type { AskDeps } from "#query-api/exports/export-kind.ts";
import { makeExport } from "#query-api/exports/make-export.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { ownerScope } from "#query-api/exports/schedule/owner-scope.ts";
import {
  parameterFaults,
  planOf,
  scheduledParameters,
} from "#query-api/exports/schedule/scheduled-question.ts";
import { createReader } from "#query-api/reader.ts";
import { createTimeZones } from "#query-api/time-zones.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** What a scheduled export reads with: the same users and views as the API, so the owner's scope holds as it does there. */
export interface ScheduledDeps extends Pick<AskDeps, "settings" | "clock"> {
  readonly clickhouseTeam: Pick<ClickHouse, "query">;
  readonly clickhouseAll: Pick<ClickHouse, "query">;
}

/** An export of a schedule at a due time, ready to be made. */
export interface ScheduledExport {
  readonly query: Readonly<Record<string, unknown>>;
  /** Local dates or instants, as asked for. */
  readonly from: string;
  readonly to: string;
  readonly mediaType: string;
  /** Where the API gives the same bytes, to who may see as much. */
  readonly address: string;
  /** Whether the newest record that had arrived by `as_of` is of after the range: null, where none had arrived. */
  readonly reachesEnd: boolean;
  pieces(): AsyncGenerator<Buffer, Manifest, undefined>;
}

/**
 * Plans the export of a schedule at a due time, as its owner may see it now. `as_of` is the due time, so whoever makes
 * it again makes the same bytes.
 *
 * @throws failure EXPORT_OWNER_REFUSED, EXPORT_SCHEDULE_INVALID, REQUEST_INVALID
 */
export function createScheduledExports(
  deps: ScheduledDeps,
): (schedule: ExportScheduleSetting, dueMs: number, signal: AbortSignal) => Promise<ScheduledExport> {
  const zones = createTimeZones(deps.clickhouseAll);
  return async (schedule, dueMs, signal) => {
    const scope = ownerScope(deps.settings.state(), schedule.owner, deps.clock().getTime());
    const faults = parameterFaults(schedule, dueMs);
    if (faults !== null) throw failure("EXPORT_SCHEDULE_INVALID", { schedule: schedule.id, faults });
    const reader = createReader(deps, scope, signal);
    const plan = await planOf(schedule, dueMs, { ...deps, zones }, reader);
    const { from = "", to = "", ...asked } = scheduledParameters(schedule, dueMs);
    const { dataUntil } = plan.pin;
    return {
      query: plan.query,
      from: String(from),
      to: String(to),
      mediaType: FORMAT_OF[plan.format].mediaType,
      address: addressOf(schedule.export, { from, to, ...asked }),
      reachesEnd: dataUntil !== null && dataUntil >= String(plan.query["to"]),
      pieces: () => makeExport(plan),
    };
  };
}

function addressOf(name: string, asked: Readonly<Record<string, string | readonly string[]>>): string {
  const query = new URLSearchParams();
  for (const [parameter, value] of Object.entries(asked))
    for (const part of [value].flat()) query.append(parameter, part);
  return `/v1/exports/${name}?${query}`;
}
