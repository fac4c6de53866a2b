import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { no, ok } from "#core/result.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed, FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { headerValue } from "#gateways/header-value.ts";
import { adaptAudit, isAuditRecord } from "#gateways/litellm/audit.ts";
import { callKind, isBatchResult } from "#gateways/litellm/call-type.ts";
import { idText } from "#gateways/litellm/id-text.ts";
import { isTrue, readOutcome } from "#gateways/litellm/outcome.ts";
import { passThrough } from "#gateways/litellm/pass-through.ts";
import { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { platformOf } from "#gateways/litellm/platform.ts";
import { LITELLM_REDACTION } from "#gateways/litellm/redaction.ts";
import { readSession } from "#gateways/litellm/session.ts";
import { fromSpendLogs } from "#gateways/litellm/spend-logs.ts";
import { type LiteLlmUsage, readUsage } from "#gateways/litellm/usage.ts";
import { fromV1, isV1 } from "#gateways/litellm/v1.ts";
import { attributedTeam, readWho } from "#gateways/litellm/who.ts";
import { NOTHING_CONSUMED } from "#gateways/nothing-consumed.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { shaped } from "#gateways/shaped.ts";

/**
 * LiteLLM's `StandardLoggingPayload`: one record per attempt that reached its logging, as `generic_api` posts it or
 * a custom callback produces it; also its older forms, rows of SpendLogs, and its audit records. Every field and trap:
 * docs/gateways/litellm.md.
 */
export const litellm: Adapter = { gateway: "litellm", version: 3, redaction: LITELLM_REDACTION, adapt };

function adapt(element: unknown, context: AdaptContext): Adapted {
  if (typeof element !== "object" || element === null || Array.isArray(element))
    return no("not_a_record", "is no JSON object");
  const members = element as Readonly<Record<string, unknown>>;
  if (isAuditRecord(members)) return adaptAudit(members, context);
  const record = readPayload(members);
  if (!record.ok) return record;
  const fields = new FieldReader();
  const identity = recordIdentity(identityParts(record.value, fields), context);
  const data = responseData(record.value, context, fields);
  const paying = attributedTeam(record.value, context.source, fields);
  if (fields.fault !== null) return fields.fault;
  const attributed = paying === undefined ? {} : { attributedTeam: paying };
  return ok([{ ...identity, ...attributed, kind: "response", data }]);
}

function readPayload(members: Readonly<Record<string, unknown>>) {
  if (!isV1(members)) return shaped(LiteLlmPayload, fromSpendLogs(members));
  const read = fromV1(members);
  return read.ok ? shaped(LiteLlmPayload, read.value) : read;
}

/**
 * What tells one attempt from another. The call id alone does not: all attempts of a router share it, and a client
 * can set it. Never `trace_id`, which is the session.
 */
function identityParts(record: LiteLlmPayload, fields: FieldReader): (string | null)[] | null {
  const callId = idText(record.litellm_call_id, "litellm_call_id", fields);
  const id = idText(record.id, "id", fields);
  if (callId === null && id === null) return null;
  const start = record.startTime ?? null;
  return [
    callId ?? id,
    id,
    idText(record.model_id, "model_id", fields),
    record.status,
    start === null ? null : String(start),
  ];
}

function responseData(record: LiteLlmPayload, context: AdaptContext, fields: FieldReader): ResponseData {
  const { source, position } = context;
  const through = passThrough(record);
  const model = through === null ? claimed(record.model) : (through.model ?? namedModel(record));
  const platform =
    through?.platform ?? platformOf(claimed(record.custom_llm_provider), model, source.platform);
  const outcome = readOutcome(record);
  const wasCached = outcome.outcome === "cached";
  const isWhole = outcome.outcome === "success" || wasCached;
  const isClaude = /claude|anthropic/.test(`${platform} ${model}`);
  const used = readUsage(record, source, { isClaude, isWhole }, fields);
  const level = levelOf(record, used);
  const times = { start: record.startTime, firstToken: record.completionStartTime, end: record.endTime };
  return {
    gateway: "litellm",
    gateway_version: source.gateway_version,
    ...callIds(record),
    ...readSession(record, source),
    ...readWho(record, source, fields),
    client: clientProgram(record.metadata?.user_agent ?? record.user_agent),
    ...(through?.kind ?? callKind(record.call_type)),
    platform,
    model_requested: claimed(record.metadata?.original_model_group) ?? claimed(record.model_group),
    model,
    region: regionOf(record, model) ?? through?.region ?? null,
    inference_geo: geoOf(used.stated?.inference_geo) ?? geoOf(record.cost_breakdown?.data_residency),
    service_tier: level.tier,
    speed: level.speed,
    stream: streamOf(record.stream) ?? through?.isStream ?? null,
    ...readCallTimes(times, position.appendTimeMs, fields),
    gateway_overhead_us: microseconds(record.hidden_params?.litellm_overhead_time_ms),
    ...outcome,
    stop_reason: null,
    meters: wasCached ? NOTHING_CONSUMED : used.meters,
    parts: [],
    usage_quality: wasCached
      ? "final"
      : used.quality === "final" && level.isUnknown
        ? "estimated"
        : used.quality,
    gateway_cost: gatewayCost(record.response_cost, wasCached, fields),
  };
}

/** LiteLLM writes `unknown` where a pass-through route told it no model. */
function namedModel(record: LiteLlmPayload): string | null {
  const model = claimed(record.model);
  return model === "unknown" ? null : model;
}

function streamOf(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : isTrue(value) || null;
}

function levelOf(record: LiteLlmPayload, { stated }: LiteLlmUsage) {
  const tier = isBatchResult(record.call_type)
    ? "batch"
    : (stated?.service_tier ?? record.cost_breakdown?.service_tier);
  return serviceLevel(tier, stated?.speed);
}

function callIds(record: LiteLlmPayload) {
  const { metadata, hidden_params } = record;
  const [callId, id] = [claimed(record.litellm_call_id), claimed(record.id)];
  const retries =
    metadata?.attempted_retries ??
    headerValue(hidden_params?.additional_headers, "x-litellm-attempted-retries");
  return {
    call_id: callId ?? id,
    ...providerIds(record, id === callId ? null : id),
    client_request_id: claimed(headerValue(metadata?.requester_custom_headers, "x-client-request-id")),
    trace_id: claimed(record.trace_id),
    attempt:
      typeof retries === "number" && Number.isInteger(retries) && retries >= 0 && retries < 1000
        ? retries + 1
        : null,
    parent_call_id: null,
    internal_origin: claimed(record.internal_call_origin ?? metadata?.internal_call_origin),
  };
}

/** None for a cached reply: the provider was not asked, and LiteLLM repeats or makes up the first answer's ids. */
function providerIds(record: LiteLlmPayload, messageId: string | null) {
  if (isTrue(record.cache_hit)) return { provider_request_id: null, provider_message_id: null };
  const answer = (name: string) => claimed(headerValue(record.hidden_params?.additional_headers, name));
  return {
    provider_request_id:
      answer("llm_provider-request-id") ??
      answer("llm_provider-x-amzn-requestid") ??
      answer("llm_provider-x-request-id") ??
      claimed(record.error_information?.error_provider_request_id),
    // On a failure there is no message, and LiteLLM repeats the call id as the id.
    provider_message_id: record.status === "success" ? messageId : null,
  };
}

function regionOf(record: LiteLlmPayload, model: string | null): string | null {
  const stated =
    claimed(record.cost_breakdown?.vertex_location) ?? claimed(record.model_parameters?.aws_region_name);
  return stated ?? endpointRegion(claimed(record.api_base), model);
}

/** Anthropic says `not_available` for models that know no pinning. */
function geoOf(value: unknown): string | null {
  return value === "not_available" ? null : claimed(value);
}

function microseconds(ms: unknown): number | null {
  return typeof ms === "number" && ms >= 0 && ms < 1e9 ? Math.round(ms * 1000) : null;
}
