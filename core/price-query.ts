import type { GeoScope } from "#core/model-name.ts";
import type { PerUnit } from "#core/per-unit.ts";
import type { PriceSetting } from "#core/settings/price.ts";

/** A price row made ready for arithmetic: times in ms, rates in 1e-12 USD for one unit of a meter. */
export interface PriceRow {
  readonly id: string;
  readonly setting: PriceSetting;
  readonly fromMs: number;
  /** Exclusive; Infinity where no end is stated. */
  readonly toMs: number;
  readonly perUnit: PerUnit;
}

export interface PriceQuery {
  /** The account that the call is billed to; null: not known. */
  readonly account: string | null;
  readonly platform: string;
  readonly model: string;
  readonly atMs: number;
  readonly speed: PriceSetting["speed"];
  readonly serviceTier: PriceSetting["service_tier"];
  readonly geoScope: GeoScope | null;
  /** Input, cache reads and cache writes together: what a prompt-length band is chosen by. */
  readonly promptTokens: number;
}
