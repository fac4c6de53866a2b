import type { AdaptContext } from "#core/adapter.ts";
import type { Operation, ResponseData } from "#core/event-data.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { NOTHING_CONSUMED } from "#gateways/nothing-consumed.ts";
import { COST, STREAM, TIER } from "#gateways/otel-genai/attribute-names.ts";
import { idsOf, whoOf } from "#gateways/otel-genai/ids.ts";
import { endedEarly, outcomeOf, stopReasonOf } from "#gateways/otel-genai/outcome.ts";
import { platformOf } from "#gateways/otel-genai/platform.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { timesOf } from "#gateways/otel-genai/times.ts";
import { readUsage } from "#gateways/otel-genai/usage.ts";
import { serviceLevel } from "#gateways/service-level.ts";

export function callData(
  reading: Reading,
  operation: Operation,
  { source, position }: AdaptContext,
  fields: FieldReader,
): ResponseData {
  const usage = readUsage(reading, operation, source, fields);
  const ending = outcomeOf(reading);
  const wasCached = ending.outcome === "cached";
  const level = serviceLevel(reading.value(...TIER), null);
  const isCut = ending.outcome === "aborted" || endedEarly(reading);
  const isUnsure = usage.quality === "final" && (level.isUnknown || isCut);
  return {
    ...idsOf(reading, source),
    ...whoOf(reading, source),
    operation,
    platform: platformOf(reading, source) ?? "unknown",
    service_tier: level.tier,
    speed: null,
    stream: flag(reading.value(...STREAM)),
    ...timesOf(reading, position.appendTimeMs, fields),
    gateway_overhead_us: null,
    ...ending,
    stop_reason: stopReasonOf(reading),
    meters: wasCached ? NOTHING_CONSUMED : usage.meters,
    parts: [],
    usage_quality: wasCached ? "final" : isUnsure ? "provisional" : usage.quality,
    gateway_cost: gatewayCost(reading.value(...COST), wasCached, fields),
  };
}

/** LiteLLM writes Python's. */
function flag(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  return value === "True" || value === "true" ? true : value === "False" || value === "false" ? false : null;
}
