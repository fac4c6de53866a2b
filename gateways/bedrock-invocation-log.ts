import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { Operation, ResponseData } from "#core/event-data.ts";
import { canonicalModel } from "#core/model-name.ts";
import { no, ok } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { Answer } from "#gateways/anthropic/answer.ts";
import { billedModel } from "#gateways/anthropic/endpoint.ts";
import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import { callEnd } from "#gateways/anthropic/outcome.ts";
import { readOutput } from "#gateways/bedrock-invocation-log/read-output.ts";
import { InvocationLog, unwrapped } from "#gateways/bedrock-invocation-log/record.ts";
import {
  INVOCATION_LOG_REDACTION,
  INVOCATION_LOG_REDACTION_ROLES,
} from "#gateways/bedrock-invocation-log/redaction.ts";
import { bodyUserId, metadataSession, principalName, whoOf } from "#gateways/bedrock-invocation-log/who.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { claimed, FieldReader } from "#gateways/field-reader.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";

/**
 * Amazon Bedrock's model invocation log: a record per call of an account and region, whoever made it. The ledger of
 * those who call Bedrock directly, the witness of a gateway in front of it. Every trap: docs/gateways/bedrock-invocation-log.md.
 */
export const bedrockInvocationLog: Adapter = {
  gateway: "bedrock-invocation-log",
  version: 1,
  redaction: INVOCATION_LOG_REDACTION,
  redactionOf: (source) =>
    principalsAreRoles(source) ? INVOCATION_LOG_REDACTION_ROLES : INVOCATION_LOG_REDACTION,
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(InvocationLog, unwrapped(element));
  if (!read.ok) return read;
  const log = read.value;
  if ((log.schemaType ?? "ModelInvocationLog") !== "ModelInvocationLog" || log.operation === undefined)
    return no("bad_shape", "is no ModelInvocationLog with an operation");
  const fields = new FieldReader();
  const requestId = fields.text(log.requestId, "requestId");
  const identity = recordIdentity(requestId === null ? null : [requestId], context);
  const data = responseData(log, requestId, context, fields);
  if (fields.fault !== null) return fields.fault;
  const paying =
    context.source.team_from === "consumer" ? { attributedTeam: principalName(log.identity?.arn) } : {};
  return ok([{ ...identity, ...paying, kind: "response", data }]);
}

/** A principal is taken for a person unless the source says that it has no users, or that it is the team. */
function principalsAreRoles(source: SourceSetting): boolean {
  return source.user_from === "none" || source.team_from === "consumer";
}

function responseData(
  log: InvocationLog,
  requestId: string | null,
  { source, position }: AdaptContext,
  fields: FieldReader,
): ResponseData {
  const answer = readOutput(log, fields);
  const modelId = claimed(log.modelId);
  const operation = claimed(log.operation) ?? "";
  const times = readCallTimes(
    { start: log.timestamp, firstToken: null, end: null },
    position.appendTimeMs,
    fields,
  );
  return {
    gateway: "bedrock-invocation-log",
    gateway_version: null,
    call_id: null,
    provider_request_id: requestId,
    provider_message_id: answer.messageId,
    client_request_id: null,
    trace_id: null,
    attempt: null,
    parent_call_id: null,
    internal_origin: null,
    ...sessionOf({ vendor: metadataSession(log), body: bodyUserId(log) }),
    ...whoOf(log, principalsAreRoles(source)),
    client: null,
    api_format: formatOf(operation),
    operation: operationOf(operation, modelId),
    platform: "bedrock",
    model_requested: modelId,
    model: modelOf(modelId, answer.model),
    region: claimed(log.region),
    stream: /Stream$/.test(operation) ? true : operation in FORMATS ? false : null,
    ...times,
    gateway_overhead_us: null,
    ...endOf(log, answer),
    stop_reason: answer.stopReason,
    ...billed(log, answer),
    gateway_cost: null,
  };
}

const FORMATS: Readonly<Record<string, string>> = {
  InvokeModel: "bedrock_invoke",
  InvokeModelWithResponseStream: "bedrock_invoke",
  Converse: "bedrock_converse",
  ConverseStream: "bedrock_converse",
};

function formatOf(operation: string): string | null {
  return Object.hasOwn(FORMATS, operation) ? (FORMATS[operation] ?? null) : null;
}

/** InvokeModel serves every kind of model; the kind is in its id. */
function operationOf(operation: string, modelId: string | null): Operation {
  if (operation === "CountTokens") return "count_tokens";
  if (formatOf(operation) === null) return "other";
  if (/embed/i.test(modelId ?? "")) return "embed";
  return /rerank/i.test(modelId ?? "") ? "rerank" : "generate";
}

/** An application's inference profile names no model; a stream's message_start does. */
function modelOf(modelId: string | null, answered: string | null): string | null {
  const isKnown = modelId !== null && canonicalModel(modelId).model !== null;
  return isKnown ? modelId : billedModel(modelId, answered);
}

/** An `errorCode` is Bedrock's own refusal or failure: the call was not answered. */
function endOf(log: InvocationLog, answer: Answer) {
  const code = claimed(log.errorCode);
  const end = callEnd(log.status, answer, false);
  return code === null ? end : { ...end, outcome: "error" as const, error_type: code, error_code: code };
}

/** The tier may stand as text or as `{"type": "flex"}`. `optimized` latency has rates of its own that we do not know. */
function billed(log: InvocationLog, { usage }: Answer) {
  const stated = membersOf(parsedJson(log.serviceTier))?.["type"] ?? log.serviceTier;
  const level = serviceLevel(stated, log.performanceConfig?.latency);
  return {
    inference_geo: usage.geo ?? claimed(log.inferenceRegion),
    service_tier: usage.tier ?? level.tier,
    speed: usage.speed ?? level.speed,
    meters: usage.meters,
    parts: [...usage.parts],
    usage_quality: level.isUnknown && usage.quality === "final" ? ("estimated" as const) : usage.quality,
  };
}
