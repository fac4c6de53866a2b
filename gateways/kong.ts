import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { eventId } from "#core/identity.ts";
import { scrubText } from "#core/redaction-shapes.ts";
import { no, ok } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed, FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { headerValue } from "#gateways/header-value.ts";
import { adaptAdmin, isAdminRecord } from "#gateways/kong/admin-audit.ts";
import { callKind } from "#gateways/kong/call-kind.ts";
import { internalCalls } from "#gateways/kong/internal-calls.ts";
import { mcpAudits } from "#gateways/kong/mcp.ts";
import { type CallFacts, modelOf, usedBy } from "#gateways/kong/model.ts";
import { readOutcome } from "#gateways/kong/outcome.ts";
import { platformOf } from "#gateways/kong/platform.ts";
import { type AiBlock, aiBlockOf, KongRecord } from "#gateways/kong/record.ts";
import { KONG_REDACTION, KONG_REDACTION_CONSUMERS_ARE_TEAMS } from "#gateways/kong/redaction.ts";
import { attemptsOf, lastTargetHost } from "#gateways/kong/tried-targets.ts";
import { kongVersionOf } from "#gateways/kong/version.ts";
import { attributedTeam, readWho } from "#gateways/kong/who.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { NOTHING_CONSUMED } from "#gateways/nothing-consumed.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";
import { traceIdOf } from "#gateways/trace-id.ts";

/**
 * Kong's log record with the block of its AI plugins (kafka-log, http-log and the like share one serializer): one
 * record per client request, retries inside; and rows of its admin audit log. Every field and trap: docs/gateways/kong.md.
 */
export const kong: Adapter = {
  gateway: "kong",
  version: 2,
  redaction: KONG_REDACTION,
  redactionOf: (source) =>
    source.team_from === "consumer" ? KONG_REDACTION_CONSUMERS_ARE_TEAMS : KONG_REDACTION,
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  if (typeof element === "object" && element !== null && isAdminRecord(element as Record<string, unknown>))
    return adaptAdmin(element, context);
  const read = shaped(KongRecord, element);
  if (!read.ok) return read;
  const record = read.value;
  if (!record.request && !record.ai)
    return no("bad_shape", "has neither request nor ai: is this a Kong log record?");
  const fields = new FieldReader();
  const identity = recordIdentity(identityParts(record, fields), context);
  const facts = callFacts(record, context.source);
  const data = responseData(record, context, facts, fields);
  const internal = internalCalls(record, data, facts, fields);
  const audits = record.ai?.mcp ? mcpAudits(record.ai.mcp, data) : [];
  const paying = attributedTeam(record, context.source, fields);
  if (fields.fault !== null) return fields.fault;
  const attributed = paying === undefined ? {} : { attributedTeam: paying };
  const within = (...parts: readonly string[]) => ({
    ...attributed,
    eventId: eventId(context.source.name, ["within", identity.eventId, ...parts]),
    identityQuality: identity.identityQuality,
  });
  return ok([
    { ...identity, ...attributed, kind: "response", data },
    ...internal.map((call) => ({ ...within(call.origin), kind: "response", data: call.data }) as const),
    ...audits.map((audit, at) => ({ ...within("mcp", String(at)), kind: "audit", data: audit }) as const),
  ]);
}

function callFacts(record: KongRecord, source: SourceSetting): CallFacts {
  const beta = headerValue(record.request?.headers, "anthropic-beta");
  return {
    source,
    version: source.gateway_version ?? kongVersionOf(record.response?.headers),
    isStream: isStreamed(record, aiBlockOf(record)) === true,
    asksCompaction: typeof beta === "string" && /\bcompact-/.test(beta),
  };
}

/** Kong makes one id per client request, and retries are inside the record. */
function identityParts(record: KongRecord, fields: FieldReader): (string | null)[] | null {
  const id = requestId(record);
  if (id === undefined || id === null || id === "") return null;
  if (typeof id !== "string") {
    fields.fail("bad_identity", "request.id is no text");
    return null;
  }
  const started = record.started_at ?? null;
  return [scrubText(id).toWellFormed(), started === null ? null : String(started)];
}

/** In the record since Kong 3.6, before that only as a header. */
function requestId({ request, response }: KongRecord): unknown {
  return (
    request?.id ||
    headerValue(response?.headers, "x-kong-request-id") ||
    headerValue(request?.headers, "x-kong-request-id")
  );
}

function responseData(
  record: KongRecord,
  { source, position }: AdaptContext,
  facts: CallFacts,
  fields: FieldReader,
): ResponseData {
  const ai = aiBlockOf(record);
  const outcome = readOutcome(record, ai);
  const wasCached = outcome.outcome === "cached";
  const model = modelOf(ai);
  const used = usedBy(ai, model, facts, fields);
  const level = serviceLevel(used.stated?.service_tier, used.stated?.speed);
  const path = claimed(record.request?.uri);
  const isBroken = outcome.outcome === "aborted" && used.quality === "final";
  return {
    gateway: "kong",
    gateway_version: facts.version,
    ...callIds(record, ai),
    // The client's header, or a field `session_id` that an operator adds with `custom_fields_by_lua`.
    ...sessionOf({
      header: headerValue(record.request?.headers, source.session_header),
      vendor: record.session_id,
    }),
    ...readWho(record, source, fields),
    client: clientProgram(headerValue(record.request?.headers, "user-agent")),
    ...callKind(record, ai),
    platform: platformOf({ ...model, host: lastTargetHost(ai), path, declared: source.platform }),
    model_requested: model.requested,
    model: model.name,
    region: endpointRegion(lastTargetHost(ai), model.name),
    inference_geo: claimed(used.stated?.inference_geo),
    service_tier: level.tier,
    speed: level.speed,
    stream: isStreamed(record, ai),
    ...timesOf(record, used.stated?.time_to_first_token, position.appendTimeMs, fields),
    ...outcome,
    stop_reason: null,
    meters: wasCached ? NOTHING_CONSUMED : used.meters,
    parts: [],
    usage_quality: wasCached
      ? "final"
      : isBroken
        ? "provisional"
        : used.quality === "final" && level.isUnknown
          ? "estimated"
          : used.quality,
    gateway_cost: gatewayCost(used.stated?.cost, wasCached, fields),
  };
}

function callIds(record: KongRecord, ai: AiBlock | null) {
  const answer = (name: string) => claimed(headerValue(record.response?.headers, name));
  return {
    call_id: claimed(requestId(record)),
    provider_request_id: answer("request-id") ?? answer("x-amzn-requestid") ?? answer("x-request-id"),
    provider_message_id: null,
    client_request_id: claimed(headerValue(record.request?.headers, "x-client-request-id")),
    trace_id: traceIdOf(record.request?.headers),
    attempt: attemptsOf(ai, record.tries),
    parent_call_id: null,
    internal_origin: null,
  };
}

function isStreamed(record: KongRecord, ai: AiBlock | null): boolean | null {
  const mode = ai?.meta?.request_mode;
  if (mode === "stream" || mode === "oneshot") return mode === "stream";
  const type = headerValue(record.response?.headers, "content-type");
  return typeof type === "string" && type.startsWith("text/event-stream") ? true : null;
}

/** Kong states the start, and everything else as milliseconds since then. */
function timesOf(record: KongRecord, firstTokenMs: unknown, appendTimeMs: number, fields: FieldReader) {
  const times = readCallTimes(
    { start: record.started_at, firstToken: null, end: null },
    appendTimeMs,
    fields,
  );
  const stated = times.time_quality === "stated";
  const kongMs = record.latencies?.kong;
  return {
    ...times,
    first_token_at: stated ? millisecondsAfter(times.started_at, firstTokenMs) : null,
    ended_at: stated ? millisecondsAfter(times.started_at, record.latencies?.request) : null,
    gateway_overhead_us:
      typeof kongMs === "number" && kongMs >= 0 && kongMs < 1e9 ? Math.round(kongMs * 1000) : null,
  };
}
