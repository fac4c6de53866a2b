import type { ResponseData } from "#core/event-data.ts";
import { NO_METERS } from "#core/meters.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { COUNTS_ONCE_SINCE, isOlder } from "#gateways/claude-code/version.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";
import { serviceLevel } from "#gateways/service-level.ts";

type Usage = Pick<ResponseData, "meters" | "parts" | "usage_quality" | "speed" | "service_tier">;

/**
 * What a call consumed. `input_tokens` are without cached ones, as the API counts them; how long a cache write lives is
 * not told. Up to 2.1.213 the figures of a stream may be too high, and nothing tells whether the call was one with
 * several deltas: all of them are estimates. Without output tokens the answer did not end.
 * @param includesCache as the source declares it
 */
export function readUsage(
  signal: Signal,
  version: string | null,
  includesCache: boolean,
  fields: FieldReader,
): Usage {
  const figure = (name: string) => fields.count(signal.value(name), name);
  const prompt = figure("input_tokens");
  const output = figure("output_tokens");
  const read = figure("cache_read_tokens");
  const write = figure("cache_creation_tokens");
  const speed = signal.value("speed");
  const level = serviceLevel(null, speed === "normal" ? "standard" : speed);
  const served = { parts: [], speed: level.speed, service_tier: null };
  if ([prompt, output, read, write].every((count) => count === null))
    return { ...served, meters: NO_METERS, usage_quality: "missing" };
  const meters = {
    ...NO_METERS,
    ...promptMeters({ prompt, read, write, write5m: null, write1h: null, includesCache }, fields),
    output_tokens: output,
  };
  const isEstimate = level.isUnknown || isOlder(version, COUNTS_ONCE_SINCE);
  return {
    ...served,
    meters,
    usage_quality: isEstimate ? "estimated" : output === null ? "provisional" : "final",
  };
}

/** Claude Code's estimate at list prices: millionths of a USD, which are whole, before the same as a double. */
export function readCost(signal: Signal, fields: FieldReader): ResponseData["gateway_cost"] {
  const micros = signal.value("cost_usd_micros");
  const isFigure = typeof micros === "string" || typeof micros === "number";
  return gatewayCost(isFigure ? `${micros}e-6` : (micros ?? signal.value("cost_usd")), false, fields);
}
