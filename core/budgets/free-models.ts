import { RATED_METERS } from "#core/meters.ts";
import { canonicalModel } from "#core/model-name.ts";
import { statedRate } from "#core/per-unit.ts";
import type { PriceSetting } from "#core/settings/price.ts";

/** Whether a model costs nothing now, on a platform or, where none is named, on every one that has it. */
export type IsFree = (model: string, platform: string, atMs: number) => boolean;

/**
 * Models that the price book has at 0: no budget has a reason to stop them. Of the rows that are for the same calls the
 * latest in force counts; all of the model's must be 0. A row that states no rate is not free but unpriced.
 */
export function freeModels(prices: Iterable<{ readonly value: PriceSetting }>): IsFree {
  const byModel = new Map<string, PriceSetting[]>();
  for (const { value } of prices) {
    if (value.status === "cancelled") continue;
    const rows = byModel.get(value.model);
    if (rows === undefined) byModel.set(value.model, [value]);
    else rows.push(value);
  }
  // Nearly every model has never been free, and every request asks.
  for (const [model, rows] of byModel) if (!rows.some(isZero)) byModel.delete(model);
  return (model, platform, atMs) => {
    const rows = byModel.get(canonicalModel(model).model ?? model);
    if (rows === undefined) return false;
    const now = inForce(rows, platform, atMs);
    return now.length > 0 && now.every(isZero);
  };
}

function isZero(row: PriceSetting): boolean {
  const rates = RATED_METERS.map((meter) => statedRate(row, meter)).concat(Object.values(row.usd_per_unit));
  const stated = rates.filter((rate) => rate !== null);
  return stated.length > 0 && stated.every((rate) => /^[0.]+$/.test(rate));
}

/** The latest row of each kind of calls that is in force. */
function inForce(rows: readonly PriceSetting[], platform: string, atMs: number): readonly PriceSetting[] {
  const latest = new Map<string, PriceSetting>();
  for (const row of rows) {
    const { effective_from: from, effective_to: to } = row;
    if (platform !== "" && row.platform !== platform) continue;
    if (Date.parse(from) > atMs || (to !== null && Date.parse(to) <= atMs)) continue;
    const { account, geo_scope, speed, service_tier, prompt_tokens_above } = row;
    const kind = JSON.stringify([row.platform, account, geo_scope, speed, service_tier, prompt_tokens_above]);
    const other = latest.get(kind);
    if (other === undefined || other.effective_from < from) latest.set(kind, row);
  }
  return [...latest.values()];
}
