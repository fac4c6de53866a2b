import { RATED_METERS, type RatedMeter } from "#core/meters.ts";
import type { GeoScope } from "#core/model-name.ts";
import { type Money, parseMoney } from "#core/money.ts";
import type { PriceSetting } from "#core/settings/price.ts";

/** A price row made ready for arithmetic: times in ms, rates in 1e-12 USD for one unit of a meter. */
export interface PriceRow {
  readonly id: string;
  readonly setting: PriceSetting;
  readonly fromMs: number;
  /** Exclusive; Infinity where no end is stated. */
  readonly toMs: number;
  readonly perUnit: Readonly<Record<RatedMeter, Money | null>>;
}

export interface PriceQuery {
  readonly platform: string;
  readonly model: string;
  readonly atMs: number;
  readonly speed: PriceSetting["speed"];
  readonly serviceTier: PriceSetting["service_tier"];
  readonly geoScope: GeoScope | null;
  /** Input, cache reads and cache writes together: what a prompt-length band is chosen by. */
  readonly promptTokens: number;
}

export type PriceFound =
  | { readonly found: "one"; readonly row: PriceRow }
  | { readonly found: "none" }
  /** Two rows are equally right: never a silent pick. The ids are sorted, whatever order they were imported in. */
  | { readonly found: "ambiguous"; readonly ids: readonly string[] };

export interface PriceBook {
  find(query: PriceQuery): PriceFound;
  readonly rows: number;
}

/** An index over the rows that may price; cancelled rows are left out here and nowhere else. */
export function createPriceBook(settings: Iterable<PriceSetting>): PriceBook {
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
  return { rows, find: (query) => choose(byModel.get(modelKey(query.platform, query.model)) ?? [], query) };
}

function modelKey(platform: string, model: string): string {
  return `${platform}\n${model}`;
}

/** The latest row in force; a row for the stated geography beats one for any. */
function choose(rows: readonly PriceRow[], query: PriceQuery): PriceFound {
  const fitting = rows.filter((row) => fits(row, query));
  const exact = fitting.filter((row) => row.setting.geo_scope !== "any");
  const candidates = exact.length > 0 ? exact : fitting;
  const latestMs = Math.max(...candidates.map((row) => row.fromMs));
  const [row, ...others] = candidates.filter((candidate) => candidate.fromMs === latestMs);
  if (row === undefined) return { found: "none" };
  if (others.length > 0) return { found: "ambiguous", ids: [row, ...others].map(({ id }) => id).sort() };
  return { found: "one", row };
}

function fits({ setting, fromMs, toMs }: PriceRow, query: PriceQuery): boolean {
  return (
    fromMs <= query.atMs &&
    query.atMs < toMs &&
    setting.speed === query.speed &&
    setting.service_tier === query.serviceTier &&
    (setting.geo_scope === "any" || setting.geo_scope === query.geoScope) &&
    query.promptTokens > setting.prompt_tokens_above - (setting.prompt_tokens_above === 0 ? 1 : 0) &&
    (setting.prompt_tokens_max === null || query.promptTokens <= setting.prompt_tokens_max)
  );
}

/**
 * A rate is USD per 1,000,000 tokens with at most 6 decimals, so per token it has at most 12: a whole number of
 * 1e-12 USD. The division below has no rest, and rating stays exact.
 */
function toRow(setting: PriceSetting): PriceRow {
  const perUnit = Object.fromEntries(
    RATED_METERS.map((meter) => [
      meter,
      meter === "web_search_requests"
        ? amount(setting.usd_per_request.web_search_requests)
        : perToken(setting.usd_per_mtok[meter]),
    ]),
  ) as Record<RatedMeter, Money | null>;
  return {
    id: setting.id,
    setting,
    fromMs: Date.parse(setting.effective_from),
    toMs: setting.effective_to === null ? Number.POSITIVE_INFINITY : Date.parse(setting.effective_to),
    perUnit,
  };
}

function perToken(rate: string | null): Money | null {
  const perMillion = amount(rate);
  return perMillion === null ? null : ((perMillion / 1_000_000n) as Money);
}

function amount(text: string | null): Money | null {
  if (text === null) return null;
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`a price row passed its schema with the rate ${text}`);
  return read.value;
}
