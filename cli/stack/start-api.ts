import { createHash } from "node:crypto";
import type { Base } from "#cli/stack/base.ts";
import { listening } from "#cli/stack/listening.ts";
import { userRef } from "#core/user-ref.ts";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { followBudgetState } from "#runtime/budgets/follow-budget-state.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

/** The query API on a base; closes with it. */
export async function runApi(base: Base): Promise<RunningApi> {
  const { config, producer, settings } = base;
  const clickhouseTeam = connectClickHouse(config.clickhouse.apiTeam);
  const clickhouseAll = connectClickHouse(config.clickhouse.apiAll);
  base.shutdown.onClose("clickhouse of api", async () => {
    await Promise.all([clickhouseTeam.close(), clickhouseAll.close()]);
  });
  const budgets = await followBudgetState({
    kafka: config.kafka,
    topic: config.topics.budgetState,
    log: base.log,
    metrics: base.metrics,
  });
  base.shutdown.onClose("budget state", () => budgets.stop());
  const { personSalt } = config;
  const api = await listening("the query API (SPENDTRAIL_API_PORT)", config.api, () =>
    startApi(
      {
        clickhouseTeam,
        clickhouseAll,
        settings,
        changeSettings: (change) => changeSettings(producer, settings, change),
        recordAct: createRecordAct(producer, config.topics.acts),
        ...(config.exportDestinations === null
          ? {}
          : { exportDestinations: new Set(config.exportDestinations.keys()) }),
        budgets,
        budgetsFollowed: () => budgets.isFollowed(),
        ...(personSalt.length === 0 ? {} : { pseudonymOf: (name) => userRef(personSalt, name) }),
        log: base.log,
        metrics: base.metrics,
        // The same in every process of a deployment without another setting to keep: who has the one has the other.
        cursorSecret: createHash("sha256").update(`cursor:${config.clickhouse.apiAll.password}`).digest(),
        clock: () => new Date(),
      },
      config.api,
    ),
  );
  base.shutdown.onClose("api", () => api.close());
  return api;
}
