import { randomUUID } from "node:crypto";
import { startApi } from "#query-api/start.ts";
import { holdStandings } from "#runtime/budgets/standings-held.ts";
import { budgetOf, NOW, scopeStateOf, standingOf } from "#test/core/budgets/decide-kit.ts";
import { settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";

/** The real API with one team's hard budget of 100 USD a month, for an example that asks it. */
export interface DecisionStage {
  readonly url: string;
  readonly key: string;
  spend(usd: string): void;
  close(): Promise<void>;
}

export async function startDecisionStage(team: string): Promise<DecisionStage> {
  const [settings, held] = [settingsInMemory(), holdStandings()];
  const budget = budgetOf({ id: `${team}-monthly`, scope: { kind: "team", id: team } });
  await settings.changeSettings({
    ...{ kind: "budget", id: budget.id, value: budget, expected_version: 0 },
    ...{ change_id: randomUUID(), actor: "test", reason: "test" },
  });
  const tell = (key: string, message: object) =>
    held.take(Buffer.from(key), Buffer.from(JSON.stringify(message)));
  tell("evaluator", {
    ...{ type: "evaluator", as_of: NOW, data_until: NOW, settings_offset: "100", budgets: 1 },
  });
  const query = () => Promise.reject(new Error("a decision asked ClickHouse"));
  const { deps } = testDeps({ clickhouseTeam: { query }, clickhouseAll: { query } }, settings, {
    ...{ clock: () => new Date(NOW), budgets: held, pseudonymOf: () => `u_${"e".repeat(32)}` },
  });
  const api = await startApi(deps, { host: "127.0.0.1", port: 0 });
  return {
    url: `${api.url}/v1/decisions`,
    key: await settings.key({ role: "gateway" }),
    spend: (usd) => void tell(`team:${team}`, scopeStateOf(budget.scope, [standingOf(budget, usd)])),
    close: () => api.close(),
  };
}
