import type { Act as LoggedAct } from "#core/act.ts";
import type { SettingsChange } from "#core/settings/change.ts";
import type { Outcome } from "#core/settings/state.ts";
import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Everything that the API reaches for. Nothing is global: a test hands in its own clock and acts. */
export interface ApiDeps {
  /** Connected as the user who is granted only the views that demand the teams. */
  readonly clickhouseTeam: Pick<ClickHouse, "query">;
  /** Connected as the user who is granted the views of all teams. */
  readonly clickhouseAll: Pick<ClickHouse, "query">;
  /** The fold of the settings log, followed elsewhere. */
  readonly settings: Pick<SettingsLog, "topic" | "state" | "caughtUp" | "at" | "offsetAt" | "outcomesAfter">;
  /** Writes the change, waits until the own fold has passed it, and says what became of it. */
  readonly changeSettings: (change: SettingsChange) => Promise<Outcome>;
  /** Writes an act to the log of acts; resolves when all in-sync replicas have it. No data leaves before. */
  readonly recordAct: (act: Act) => Promise<void>;
  /** The names of the destinations of scheduled exports; absent: this program was told of none, and takes any name. */
  readonly exportDestinations?: ReadonlySet<string>;
  /** How budgets stand, followed elsewhere; absent: this program follows nothing, and no budget is reckoned. */
  readonly budgets?: BudgetSnapshot;
  /** Whether they are still followed; absent: nobody follows them. */
  readonly budgetsFollowed?: () => boolean;
  /** The pseudonym of a person; absent: this program has no salt to make one with. */
  readonly pseudonymOf?: (name: string) => string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Binds cursors; the same in every process of one deployment, or a cursor works only where it was made. */
  readonly cursorSecret: Buffer;
  readonly clock: () => Date;
}

/** Something that somebody did to the system itself; the log gives it its id. */
export type Act = Omit<LoggedAct, "act_id">;
