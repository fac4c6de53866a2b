import type { BudgetStore } from "#jobs/budgets/begin-book.ts";
import type { BudgetMeasures } from "#jobs/budgets/measures.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface BudgetsDeps {
  readonly clickhouse: BudgetStore;
  readonly settings: Pick<SettingsLog, "state" | "outcomesAfter">;
  readonly producer: Pick<Producer, "send">;
  readonly topic: string;
  /** The keys that are on the topic now, but for those whose newest message is empty. */
  readonly keysOnTopic: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
  /** All records that Kafka had by then are counted; null: not known. */
  readonly countedUntil: (signal: AbortSignal) => Promise<Date | null>;
  /** Called once alerts are on record, so that whoever delivers need not wait for its turn. */
  readonly alerted: () => void;
  readonly measures: BudgetMeasures;
  readonly log: Log;
  readonly clock: () => Date;
}
