import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import type { Destination } from "#jobs/exports/destination.ts";
import type { ExportMeasures } from "#jobs/exports/measures.ts";
import type { ActToRecord } from "#runtime/acts/record-act.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** What a manifest says that is put on record. */
export interface MadeManifest {
  readonly as_of: string;
  readonly data_until: string | null;
  readonly row_count: number;
  readonly sums: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly sha256: string;
}

/** An export of a schedule at a due time, ready to be made. */
export interface PlannedExport {
  /** As the manifest tells it. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly to: string;
  readonly mediaType: string;
  readonly address: string;
  readonly reachesEnd: boolean;
  pieces(): AsyncGenerator<Buffer, MadeManifest, undefined>;
}

/** Everything that the job of scheduled exports reaches for. */
export interface ExportsDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: Pick<SettingsLog, "state" | "outcomesAfter">;
  /** By the names that schedules know them by. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** What the owner of the schedule may see, and how it is made; from the room that answers the same to a request. */
  readonly plan: (
    schedule: ExportScheduleSetting,
    dueMs: number,
    signal: AbortSignal,
  ) => Promise<PlannedExport>;
  readonly recordAct: (act: ActToRecord) => Promise<void>;
  readonly measures: ExportMeasures;
  /** Called when alerts were written, so that their receivers hear at once. */
  readonly alerted?: () => void;
  readonly log: Log;
  readonly clock: () => Date;
}
