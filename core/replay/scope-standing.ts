import { createHash } from "node:crypto";
import { z } from "zod";
import { type Money, parseMoney } from "#core/money.ts";
import { Totals } from "#core/replay/totals.ts";
import type { RunScope } from "#core/settings/run-scope.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";

/** One group of what stands in a scope, as the store adds it up. */
export const ScopeStandingRow = z.object({
  team: z.string(),
  model: z.string(),
  status: z.string(),
  calls: z.coerce.bigint(),
  items: z.coerce.bigint(),
  cost: z.string(),
});
type ScopeStandingRow = z.infer<typeof ScopeStandingRow>;

/** What stands of the calls of a scope before an epoch. */
export interface ScopeStanding {
  readonly totals: Totals;
  /** Of all groups. The same sums, whoever reads them: the operator's machine and the API compare by it. */
  readonly sha256: string;
}

/** @param calls the FROM clause: the view of all calls of a range, its `from` and `to` bound */
export function scopeStandingSql(calls: string): string {
  return `SELECT team, if(model_canonical = '', c.model, model_canonical) AS model, cost_status AS status,
       sumIf(sign, kind = 'response') AS calls, sum(sign) AS items, toString(ifNull(sum(sign * cost_usd), 0)) AS cost
FROM ${calls} AS c
WHERE ({any_team:Bool} OR team IN {teams:Array(String)})
  AND ({any_model:Bool} OR if(model_canonical = '', c.model, model_canonical) IN {models:Array(String)})
  AND ({any_platform:Bool} OR platform IN {platforms:Array(String)})
  AND ({any_source:Bool} OR source IN {sources:Array(String)})
  AND ({any_status:Bool} OR cost_status IN {statuses:Array(String)})
  AND ${BELIEF_EPOCH_SQL} < {epoch:UInt32} AND ingested_at <= {ingested_until:DateTime64(3, 'UTC')}
GROUP BY team, if(model_canonical = '', c.model, model_canonical), cost_status
HAVING items != 0 OR cost != '0'
ORDER BY team, model, status`;
}

export function scopeStandingParams(range: {
  readonly from: string;
  readonly to: string;
  readonly scope: RunScope;
  readonly epoch: number;
  readonly ingestedUntil: string;
}): Record<string, unknown> {
  const { teams, models, platforms, sources, cost_statuses: statuses } = range.scope;
  return {
    from: range.from.replace("Z", ""),
    to: range.to.replace("Z", ""),
    ...{ teams, any_team: teams.length === 0, models, any_model: models.length === 0 },
    ...{ platforms, any_platform: platforms.length === 0, sources, any_source: sources.length === 0 },
    ...{ statuses, any_status: statuses.length === 0 },
    epoch: range.epoch,
    ingested_until: range.ingestedUntil.replace("Z", ""),
  };
}

export function scopeStanding(rows: readonly ScopeStandingRow[]): ScopeStanding {
  const totals = new Totals();
  const hash = createHash("sha256").update("spendtrail.scope.v1\n");
  for (const { team, model, status, calls, items, cost } of rows) {
    const unpriced = status === "unpriced" ? items : 0n;
    totals.addTotal({ team, model, calls, unpriced, cost: amount(cost) });
    hash.update(`${JSON.stringify([team, model, status, String(calls), String(items), cost])}\n`);
  }
  return { totals, sha256: hash.digest("hex") };
}

function amount(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`the store added up ${text}`);
  return read.value;
}
