import type { DeliveryMeasures } from "#jobs/deliveries/measures.ts";
import type { TellDeps } from "#jobs/deliveries/tell.ts";
import type { ActToRecord } from "#runtime/acts/record-act.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Everything that the job of deliveries reaches for. */
export interface DeliveriesDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: Pick<SettingsLog, "state">;
  readonly telling: TellDeps;
  readonly recordAct: (act: ActToRecord) => Promise<void>;
  readonly measures: DeliveryMeasures;
  readonly log: Log;
  readonly clock: () => Date;
  /** From 0 up to 1, for the jitter of retries. */
  readonly chance: () => number;
}
