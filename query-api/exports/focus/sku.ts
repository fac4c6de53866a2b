import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { FocusLine } from "#query-api/exports/focus/focus-lines.ts";
import { METER_WORDS } from "#query-api/exports/focus/meter-words.ts";
import { modelDeveloper } from "#query-api/exports/focus/service-names.ts";

/** What decides a price beside its time: no version and no date is in it, so it stays the same over the years. */
export function skuPriceId({ group, price, meter }: FocusLine): string {
  if (price === null || meter === null)
    return [group.platform ?? "unknown", group.model, "not-split"].join(":");
  const band = bandOf(price);
  const { platform, model, geo_scope, speed, service_tier } = price;
  const parts = [platform, model, METER_WORDS[meter].sku, geo_scope, speed, service_tier];
  return [...parts, ...(band === null ? [] : [band])].join(":");
}

/** As a JSON object. Keys that the version does not list need `x_`; the draft for 1.5 names them without. */
export function skuPriceDetails({ group, price, meter }: FocusLine): string | null {
  if (price === null || meter === null) return null;
  return object({
    x_ModelId: group.model,
    x_ModelDeveloper: modelDeveloper(group.model),
    ...METER_WORDS[meter].details,
    x_Speed: price.speed,
    x_ServiceTier: price.service_tier,
    x_InferenceGeo: group.inference_geo,
    x_GeoScope: price.geo_scope,
    x_PromptBand: bandOf(price),
  });
}

export function tags({ group }: FocusLine): string {
  return tagsOf(group);
}

/** Who pays, as FOCUS' tags. */
export function tagsOf({ team, cost_center, project }: Payer): string {
  return object({ team, cost_center: cost_center === UNALLOCATED ? null : cost_center, project });
}

interface Payer {
  readonly team: string | null;
  readonly cost_center: string | null;
  readonly project: string | null;
}

function bandOf(price: NonNullable<FocusLine["price"]>): string | null {
  const { prompt_tokens_above: above, prompt_tokens_max: max } = price;
  return above === 0 && max === null ? null : `prompt>${above}${max === null ? "" : `<=${max}`}`;
}

function object(members: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)));
}
