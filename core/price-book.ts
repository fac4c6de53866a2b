import { createDiscounts, type DiscountFound } from "#core/discounts.ts";
import { latestInForce } from "#core/latest-in-force.ts";
import { perUnitOf } from "#core/per-unit.ts";
import type { PriceQuery, PriceRow } from "#core/price-query.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import type { SettingsState } from "#core/settings/state.ts";

export type PriceFound =
  | { readonly found: "one"; readonly row: PriceRow }
  | { readonly found: "none" }
  /** Two rows are equally right: never a silent pick. The ids are sorted, whatever order they were imported in. */
  | { readonly found: "ambiguous"; readonly ids: readonly string[] };

export interface PriceBook {
  find(query: PriceQuery): PriceFound;
  /** The discount for a call and the row that was found for it. */
  discountFor(query: PriceQuery, row: PriceRow): DiscountFound;
  /** Where the bands of prompt length of a model's rows begin: prompts of more tokens than each. */
  bandsOf(platform: string, model: string): readonly number[];
  readonly rows: number;
}

/** The book as the settings of one offset have it. */
export function bookOf({ prices, discounts }: Pick<SettingsState, "prices" | "discounts">): PriceBook {
  const valuesOf = <Value>(map: ReadonlyMap<string, { readonly value: Value }>) =>
    [...map.values()].map(({ value }) => value);
  return createPriceBook(valuesOf(prices), valuesOf(discounts));
}

/** An index over the rows that may price; cancelled rows are left out here and nowhere else. */
export function createPriceBook(
  settings: Iterable<PriceSetting>,
  discountSettings: Iterable<DiscountSetting> = [],
): PriceBook {
  const discounts = createDiscounts(discountSettings);
  const byModel = new Map<string, PriceRow[]>();
  let rows = 0;
  for (const setting of settings) {
    if (setting.status === "cancelled") continue;
    const key = modelKey(setting.platform, setting.model);
    const list = byModel.get(key);
    if (list === undefined) byModel.set(key, [toRow(setting)]);
    else list.push(toRow(setting));
    rows += 1;
  }
  return {
    rows,
    find: (query) => choose(byModel.get(modelKey(query.platform, query.model)) ?? [], query),
    bandsOf: (platform, model) => [
      ...new Set(
        (byModel.get(modelKey(platform, model)) ?? []).map(({ setting }) => setting.prompt_tokens_above),
      ),
    ],
    discountFor: (query, row) => discounts.find(query, row),
  };
}

function modelKey(platform: string, model: string): string {
  return `${platform}\n${model}`;
}

/** The latest row in force; a row of the call's account beats one of any, and then the stated geography any other. */
function choose(rows: readonly PriceRow[], query: PriceQuery): PriceFound {
  const fitting = rows.filter((row) => fits(row, query));
  const own = fitting.filter((row) => row.setting.account !== null);
  const closer = own.length > 0 ? own : fitting;
  const exact = closer.filter((row) => row.setting.geo_scope !== "any");
  const candidates = exact.length > 0 ? exact : closer;
  const latest = latestInForce(candidates);
  return latest.found === "one" ? { found: "one", row: latest.one } : latest;
}

function fits({ setting, fromMs, toMs }: PriceRow, query: PriceQuery): boolean {
  return (
    fromMs <= query.atMs &&
    query.atMs < toMs &&
    (setting.account === null || setting.account === query.account) &&
    setting.speed === query.speed &&
    setting.service_tier === query.serviceTier &&
    (setting.geo_scope === query.geoScope || (setting.geo_scope === "any" && query.geoScope !== "gov")) &&
    query.promptTokens > setting.prompt_tokens_above - (setting.prompt_tokens_above === 0 ? 1 : 0) &&
    (setting.prompt_tokens_max === null || query.promptTokens <= setting.prompt_tokens_max)
  );
}

function toRow(setting: PriceSetting): PriceRow {
  return {
    id: setting.id,
    setting,
    fromMs: Date.parse(setting.effective_from),
    toMs: setting.effective_to === null ? Number.POSITIVE_INFINITY : Date.parse(setting.effective_to),
    perUnit: perUnitOf(setting),
  };
}
