import type { AdaptContext, Adapted } from "#core/adapter.ts";
import { envelopeOf } from "#core/cloudevents-envelope.ts";
import type { AdaptedEvent } from "#core/event.ts";
import type { ResponseData } from "#core/event-data.ts";
import type { Paths } from "#core/mapping/path.ts";
import { no, ok } from "#core/result.ts";
import { unreachable } from "#core/unreachable.ts";
import { claimed, FieldReader } from "#gateways/field-reader.ts";
import { NOTHING_CONSUMED } from "#gateways/nothing-consumed.ts";
import { readAudit } from "#gateways/profile/audit.ts";
import { idsOf, tagsOf, whatOf, whoOf } from "#gateways/profile/call-data.ts";
import type { CompiledProfile, CompiledVariant } from "#gateways/profile/compile.ts";
import { allHold } from "#gateways/profile/conditions.ts";
import { readCost } from "#gateways/profile/cost.ts";
import { callIdOf, identityOf } from "#gateways/profile/identity.ts";
import { readMeters } from "#gateways/profile/meters.ts";
import { readOutcome } from "#gateways/profile/outcome.ts";
import { RecordReader } from "#gateways/profile/record-reader.ts";
import { readSession } from "#gateways/profile/session.ts";
import { readTimes } from "#gateways/profile/times.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { teamOfTags } from "#gateways/team-tag.ts";

/** What a record becomes by a profile: the first variant that fits says it. */
export function adaptByProfile(profile: CompiledProfile, element: unknown, context: AdaptContext): Adapted {
  if (typeof element !== "object" || element === null || Array.isArray(element))
    return no("not_a_record", "is no JSON object");
  const envelope = profile.cloudevents
    ? envelopeOf(element, context.headers, context.headers.get("content-type") ?? null)
    : ok(element);
  if (!envelope.ok) return envelope;
  const record = new RecordReader(envelope.value, profile.paths);
  const variant = profile.variants.find(({ when }) => allHold(when, record));
  if (variant === undefined) {
    const names = profile.variants.map(({ name }) => name).join(", ");
    return no(
      "unknown_event_type",
      `is none of the records that the profile ${profile.name} knows: ${names}`,
    );
  }
  if (variant.make === "reject")
    return no(variant.reason, variant.detail || `is a record of ${variant.name}, which the profile refuses`);
  return made(profile, variant, record, context);
}

function made(
  profile: CompiledProfile,
  variant: CompiledVariant,
  record: RecordReader,
  context: AdaptContext,
): Adapted {
  const fields = new FieldReader();
  const { map, make, name } = variant;
  const event = {
    ...identityOf(map, make === "response" ? null : name, record, context),
    ...payingTeam(variant, record, context),
  };
  const events: readonly AdaptedEvent[] = ((): readonly AdaptedEvent[] => {
    switch (make) {
      case "response":
        return [{ ...event, kind: "response", data: callData(profile, variant, record, context, fields) }];
      case "part": {
        const data = callData(profile, variant, record, context, fields);
        return [
          { ...event, kind: "part", partOf: callIdOf(map, record, event.eventId, context), index: 0, data },
        ];
      }
      case "audit":
        return [{ ...event, kind: "audit", data: readAudit(profile.name, map, record, context, fields) }];
      case "reject":
        return [];
      default:
        return unreachable(make);
    }
  })();
  return fields.fault ?? ok(events);
}

/** Who pays, where the source says that it is not the team's own field. */
function payingTeam({ map }: CompiledVariant, record: RecordReader, { source }: AdaptContext) {
  if (source.team_from === "consumer") return { attributedTeam: claimed(record.get(map.consumer)) };
  if (source.team_from === "consumer_tag")
    return { attributedTeam: teamOfTags(tagsOf(record.get(map.tags))) };
  return {};
}

function callData(
  profile: CompiledProfile,
  { map }: CompiledVariant,
  record: RecordReader,
  context: AdaptContext,
  fields: FieldReader,
): ResponseData {
  const { source, position } = context;
  const text = (paths: Paths | undefined) => claimed(record.get(paths));
  const ending = readOutcome(map.outcome, record);
  const wasCached = ending.outcome === "cached";
  const usage = readMeters(map.meters, source.input_includes_cache, record, fields);
  const level = serviceLevel(record.get(map.service_tier), record.get(map.speed));
  const isUnsure = level.isUnknown || ending.outcome === "aborted";
  return {
    ...idsOf(profile.name, map, record, context),
    ...readSession(map.session, record),
    ...whoOf(map, record, context),
    ...whatOf(map, record, context),
    service_tier: level.tier,
    speed: level.speed,
    ...readTimes(map.times, record, position.appendTimeMs, fields),
    ...ending,
    stop_reason: text(map.stop_reason),
    meters: wasCached ? NOTHING_CONSUMED : usage.meters,
    parts: [],
    usage_quality: wasCached
      ? "final"
      : isUnsure && usage.quality === "final"
        ? "provisional"
        : usage.quality,
    gateway_cost: readCost(map.cost, wasCached, record, fields),
  };
}
