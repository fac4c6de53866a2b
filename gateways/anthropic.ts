import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { no, ok } from "#core/result.ts";
import { type Answer, readAnswer } from "#gateways/anthropic/answer.ts";
import { asCall, type CapturedCall } from "#gateways/anthropic/captured-call.ts";
import { billedModel, endpointOf, kindOf, platformOf, regionOf } from "#gateways/anthropic/endpoint.ts";
import { headerCounts } from "#gateways/anthropic/invocation-counts.ts";
import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import { callEnd } from "#gateways/anthropic/outcome.ts";
import { AnthropicRecord } from "#gateways/anthropic/record.ts";
import { ANTHROPIC_REDACTION } from "#gateways/anthropic/redaction.ts";
import { isUnbilledRefusal } from "#gateways/anthropic/refusal.ts";
import { whoOf } from "#gateways/anthropic/who.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { claimed, FieldReader } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { NOTHING_CONSUMED } from "#gateways/nothing-consumed.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";
import { traceIdOf } from "#gateways/trace-id.ts";

/**
 * A captured request and its answer in Anthropic's own format: the Messages API, Bedrock's InvokeModel, Vertex's
 * rawPredict, a bare message, and the lines of a batch's results. Every field and trap: docs/gateways/anthropic.md.
 */
export const anthropic: Adapter = {
  gateway: "anthropic",
  version: 1,
  redaction: ANTHROPIC_REDACTION,
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(AnthropicRecord, element);
  if (!read.ok) return read;
  const call = asCall(read.value, element);
  if (call === null)
    return no("bad_shape", "has neither request nor response, and is no message, error body or batch result");
  const fields = new FieldReader();
  const { response } = call.record;
  const answer = readAnswer(
    call.body,
    { estimates: context.source.stream_floor, counted: headerCounts(response?.headers, fields) },
    fields,
  );
  const identity = recordIdentity(identityParts(call, answer), context);
  const data = responseData(call, answer, context, fields);
  if (fields.fault !== null) return fields.fault;
  return ok([{ ...identity, kind: "response", data }]);
}

/** What the provider calls the attempt; else the batch's line; else the capturer's id with the start. */
function identityParts(call: CapturedCall, answer: Answer): (string | null)[] | null {
  const request = providerRequestId(call, answer);
  if (request !== null) return ["request", request];
  if (answer.messageId !== null) return ["message", answer.messageId];
  const { batch, custom_id, id, request: asked } = call.record;
  if (call.isBatch)
    return claimed(batch?.id) === null ? null : ["batch", claimed(batch?.id), claimed(custom_id)];
  return claimed(id) === null ? null : ["id", claimed(id), claimed(asked?.started_at)];
}

function providerRequestId({ record }: CapturedCall, { requestId }: Answer): string | null {
  const header = (name: string) => claimed(headerValue(record.response?.headers, name));
  return header("request-id") ?? header("x-amzn-requestid") ?? requestId;
}

function responseData(
  call: CapturedCall,
  answer: Answer,
  { source, position }: AdaptContext,
  fields: FieldReader,
): ResponseData {
  const { record } = call;
  const headers = record.request?.headers;
  const asked = membersOf(parsedJson(record.request?.body));
  const endpoint = endpointOf(record.request);
  const platform = platformOf(endpoint, record.response?.headers, answer, source.platform);
  return {
    gateway: "anthropic",
    gateway_version: fields.text(record.gateway_version, "gateway_version") ?? source.gateway_version,
    call_id: call.isBatch ? claimed(record.custom_id) : claimed(record.id),
    provider_request_id: providerRequestId(call, answer),
    provider_message_id: answer.messageId,
    client_request_id: claimed(headerValue(headers, "x-client-request-id")),
    trace_id: traceIdOf(headers),
    attempt: attemptOf(record, fields),
    parent_call_id: call.isBatch ? claimed(record.batch?.id) : null,
    internal_origin: null,
    ...sessionOf({
      header: headerValue(headers, source.session_header),
      vendor: record.session_id,
      body: membersOf(asked?.["metadata"])?.["user_id"],
      telemetry: null,
    }),
    ...whoOf(record, asked, source.user_from !== "none", fields),
    client: clientProgram(headerValue(headers, "user-agent")),
    ...kindOf(record.request?.method, endpoint.path),
    platform,
    model_requested: claimed(asked?.["model"]) ?? endpoint.model,
    model: billedModel(endpoint.model, answer.model),
    region: regionOf(endpoint),
    stream: call.isBatch ? false : isStreamed(endpoint.path, asked?.["stream"], answer),
    ...timesOf(call, answer, position.appendTimeMs, fields),
    gateway_overhead_us: null,
    ...callEnd(record.response?.status, answer, call.isLeft),
    stop_reason: answer.stopReason,
    ...billed(call, answer, platform),
    gateway_cost: null,
  };
}

/** What was consumed, and at which tier; Bedrock says the tier in a header. */
function billed({ record, isBatch, isUnbilled }: CapturedCall, answer: Answer, platform: string) {
  const { usage } = answer;
  const header = serviceLevel(headerValue(record.response?.headers, "x-amzn-bedrock-service-tier"), null);
  const isFree = isUnbilled || (platform === "anthropic-api" && isUnbilledRefusal(answer));
  const isEstimate = header.isUnknown && usage.quality === "final";
  return {
    inference_geo: usage.geo,
    service_tier: usage.tier ?? header.tier ?? (isBatch ? ("batch" as const) : null),
    speed: usage.speed,
    meters: isFree ? NOTHING_CONSUMED : usage.meters,
    parts: [...usage.parts],
    usage_quality: isEstimate ? ("estimated" as const) : isUnbilled ? ("final" as const) : usage.quality,
  };
}

/** The capturer's own number, else one more than the retries that Anthropic's SDKs count in a header. */
function attemptOf(record: AnthropicRecord, fields: FieldReader): number | null {
  const stated = fields.count(record.attempt, "attempt");
  if (stated !== null) return stated > 1000 ? null : stated;
  const retries = claimed(headerValue(record.request?.headers, "x-stainless-retry-count"));
  return retries !== null && /^\d{1,2}$/.test(retries) ? Number(retries) + 1 : null;
}

function isStreamed(path: string, asked: unknown, { isStream }: Answer): boolean | null {
  if (isStream || /-stream$|:streamRawPredict$/i.test(path)) return true;
  return typeof asked === "boolean" ? asked : null;
}

function timesOf(
  { record, isBatch }: CapturedCall,
  answer: Answer,
  appendTimeMs: number,
  fields: FieldReader,
) {
  const { request, response, batch } = record;
  const stated = isBatch
    ? { start: batch?.created_at, firstToken: null, end: batch?.ended_at }
    : { start: request?.started_at, firstToken: response?.first_token_at, end: response?.ended_at };
  const times = readCallTimes(stated, appendTimeMs, fields);
  const isTold = times.time_quality === "stated" && times.first_token_at === null;
  return isTold
    ? { ...times, first_token_at: millisecondsAfter(times.started_at, answer.firstByteMs) }
    : times;
}
