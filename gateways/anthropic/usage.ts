import type { ResponseData, UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import { isSilent, metersOf, readCounts } from "#gateways/anthropic/counts.ts";
import { partOf, readIterations, type UsagePart } from "#gateways/anthropic/iterations.ts";
import { type Members, membersOf } from "#gateways/anthropic/members.ts";
import { isWhole, ownCounts } from "#gateways/anthropic/own-counts.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { serviceLevel } from "#gateways/service-level.ts";

export interface AnthropicUsage {
  /** Of the model that answered, without the parts. */
  readonly meters: Meters;
  readonly parts: readonly UsagePart[];
  readonly tier: ResponseData["service_tier"];
  readonly speed: ResponseData["speed"];
  /** `us`, `global`, …; null where it says nothing (`""`, `not_available`). */
  readonly geo: string | null;
  /** The model that a server-side fallback answered with; it wins over a stream's message_start. */
  readonly servedBy: string | null;
  /** `final`; `estimated` where the usage does not tell what is billed; `missing` without any count. */
  readonly quality: UsageQuality;
}

/**
 * Anthropic's `usage` object, wherever it stands (Messages API, Bedrock InvokeModel, Vertex rawPredict, batches). Its
 * input counts no cached tokens. Web fetches are not billed and left out (Anthropic, "Web fetch tool"). What cannot
 * be read is `usage_unreadable`, figures that contradict each other `meters_contradict`.
 */
export function readAnthropicUsage(usage: unknown, fields: FieldReader): AnthropicUsage {
  const members = membersOf(usage);
  if (members === null) {
    if (usage !== null && usage !== undefined) fields.fail("usage_unreadable", "usage is no object");
    return NO_USAGE;
  }
  const iterations = readIterations(members["iterations"], fields);
  const top = readCounts(members, "usage", fields);
  const counts = ownCounts(top, iterations, fields);
  const parts = [...iterations.apart, ...iterations.unknown].map((item) => partOf(item, fields));
  if (iterations.unknown.length > 0 && (!isWhole(iterations) || isSilent(top)))
    fields.fail(
      "usage_unreadable",
      `usage.iterations has a ${iterations.unknown[0]?.kind} of unknown meaning`,
    );
  if (parts.length > PARTS_MAX) fields.fail("usage_unreadable", `usage has ${parts.length} parts`);
  const meters: Meters = {
    ...metersOf(counts, fields),
    thinking_tokens: inside(members, "output_tokens_details", "thinking_tokens", fields),
    web_search_requests: inside(members, "server_tool_use", "web_search_requests", fields),
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  const level = serviceLevel(members["service_tier"], members["speed"]);
  const isUncertain = level.isUnknown || iterations.isBillUncertain || isRepriced(members);
  return {
    meters,
    parts,
    tier: level.tier,
    speed: level.speed,
    geo: geoOf(members["inference_geo"]),
    servedBy: iterations.servedBy,
    quality: isSilent(counts) && parts.length === 0 ? "missing" : isUncertain ? "estimated" : "final",
  };
}

/** As many as an event can hold. */
const PARTS_MAX = 64;

const NO_USAGE: AnthropicUsage = {
  meters: NO_METERS,
  parts: [],
  tier: null,
  speed: null,
  geo: null,
  servedBy: null,
  quality: "missing",
};

function inside(usage: Members, object: string, name: string, fields: FieldReader): number | null {
  const stated = usage[object] ?? null;
  const members = membersOf(stated);
  if (members === null && stated !== null) fields.fail("usage_unreadable", `usage.${object} is no object`);
  return fields.count(members?.[name], `usage.${object}.${name}`);
}

/** A redeemed credit bills a retry as if its model had held the cache already ("Fallback credit"); by how much, nothing says. */
function isRepriced(usage: Members): boolean {
  const status = membersOf(usage["fallback_credit"])?.["status"];
  return (membersOf(status)?.["type"] ?? status) === "redeemed";
}

function geoOf(value: unknown): string | null {
  const geo = claimed(value);
  return geo === "not_available" ? null : geo;
}
