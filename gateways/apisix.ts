import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { Outcome, ResponseData } from "#core/event-data.ts";
import { no, ok } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { type ApisixRecord, ApisixRecord as RecordSchema } from "#gateways/apisix/record.ts";
import { APISIX_REDACTION, APISIX_REDACTION_CONSUMERS_ARE_TEAMS } from "#gateways/apisix/redaction.ts";
import { readUsage } from "#gateways/apisix/usage.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";
import { traceIdOf } from "#gateways/trace-id.ts";
import type { Who } from "#gateways/who.ts";

/**
 * APISIX's log record with the summary of its AI plugins (kafka-logger, http-logger and the like share it): one record
 * per client request. Every field and trap: docs/gateways/apisix.md.
 */
export const apisix: Adapter = {
  gateway: "apisix",
  version: 1,
  redaction: APISIX_REDACTION,
  redactionOf: (source) =>
    source.team_from === "consumer" ? APISIX_REDACTION_CONSUMERS_ARE_TEAMS : APISIX_REDACTION,
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(RecordSchema, element);
  if (!read.ok) return read;
  const record = read.value;
  if (!record.request)
    return no("bad_shape", "has no request: is this APISIX's full log (and not meta_format origin)?");
  const fields = new FieldReader();
  const identity = recordIdentity(identityParts(record), context);
  const data = responseData(record, context, fields);
  const paying =
    context.source.team_from === "consumer"
      ? { attributedTeam: fields.text(record.consumer?.username, "consumer.username") }
      : {};
  if (fields.fault !== null) return fields.fault;
  return ok([{ ...identity, ...paying, kind: "response", data }]);
}

/** An id of the provider's, or of the plugin `request-id`, with the start: a client may choose the latter. */
function identityParts(record: ApisixRecord): (string | null)[] | null {
  const id = providerRequestId(record) ?? ownRequestId(record);
  return id === null ? null : [id, claimed(record.start_time)];
}

function providerRequestId({ response }: ApisixRecord): string | null {
  const answer = (name: string) => claimed(headerValue(response?.headers, name));
  return answer("request-id") ?? answer("x-amzn-requestid");
}

/** The plugin `request-id` writes it into the request and, where it is told to, into the answer. */
function ownRequestId({ request, response }: ApisixRecord): string | null {
  return (
    claimed(headerValue(response?.headers, "x-request-id")) ??
    claimed(headerValue(request?.headers, "x-request-id"))
  );
}

function responseData(record: ApisixRecord, context: AdaptContext, fields: FieldReader): ResponseData {
  const { source, position } = context;
  const summary = record.llm_summary ?? null;
  const model = claimed(summary?.model) ?? claimed(summary?.request_model);
  const host = claimed(record.upstream);
  const platform = platformOf(host, source);
  const usage = readUsage(summary, countsCacheInside(platform, model, source), fields);
  const outcome = readOutcome(record);
  const isBroken = outcome.outcome === "aborted" && usage.quality === "final";
  return {
    gateway: "apisix",
    gateway_version: source.gateway_version ?? versionOf(record),
    call_id: ownRequestId(record),
    provider_request_id: providerRequestId(record),
    provider_message_id: null,
    client_request_id: claimed(headerValue(record.request?.headers, "x-client-request-id")),
    trace_id: traceIdOf(record.request?.headers),
    attempt: null,
    parent_call_id: null,
    internal_origin: null,
    // Claude Code's `metadata.user_id` is what APISIX logs as the end user.
    ...sessionOf({
      header: headerValue(record.request?.headers, source.session_header),
      body: record.llm_summary?.end_user_id,
    }),
    ...whoOf(record, source, fields),
    client: clientProgram(headerValue(record.request?.headers, "user-agent")),
    ...kindOf(record),
    platform,
    model_requested: claimed(summary?.request_model),
    model,
    region: endpointRegion(host, model),
    inference_geo: null,
    service_tier: null,
    speed: null,
    stream: flag(summary?.stream),
    ...timesOf(record, position.appendTimeMs, fields),
    ...outcome,
    stop_reason: null,
    meters: usage.meters,
    parts: [],
    usage_quality: isBroken ? "provisional" : usage.quality,
    gateway_cost: null,
  };
}

function platformOf(host: string | null, source: SourceSetting): string {
  return (host === null ? null : platformOfHost(host)) ?? source.platform ?? "unknown";
}

/** APISIX hands the provider's own figures on: Claude's count cached tokens apart, OpenAI's and Google's inside. */
function countsCacheInside(platform: string, model: string | null, source: SourceSetting): boolean | null {
  if (source.input_includes_cache !== null) return source.input_includes_cache;
  if (platform === "anthropic-api" || /claude/i.test(model ?? "")) return false;
  return platform === "openai" || platform === "azure-openai" || platform === "google" ? true : null;
}

/** What an AI plugin summed up is for a model, whatever its path; any other request is by method and path. */
function kindOf({ request, llm_summary }: ApisixRecord): PathKind {
  const found = pathKind(claimed(request?.uri, 2048) ?? "");
  if (llm_summary !== null && llm_summary !== undefined)
    return found ?? { operation: "generate", api_format: null };
  if (found === null || (asksNothing(request?.method) && found.operation !== "list_models"))
    return { operation: "other", api_format: found?.api_format ?? null };
  return found;
}

function whoOf(record: ApisixRecord, source: SourceSetting, fields: FieldReader): Who {
  const headers = record.request?.headers;
  const namesPerson = source.user_from !== "none" && source.team_from !== "consumer";
  return {
    team: fields.text(record.consumer?.group_id, "consumer.group_id"),
    team_alias: null,
    organization: null,
    project: null,
    user: namesPerson ? personName(record.consumer?.username) : null,
    end_user: source.user_from === "none" ? null : personName(record.llm_summary?.end_user_id),
    api_key: null,
    claimed_team: claimed(headerValue(headers, "x-team")),
    tags: [],
    agent: claimed(headerValue(headers, "x-claude-code-agent-id")),
    parent_agent: claimed(headerValue(headers, "x-claude-code-parent-agent-id")),
  };
}

/** By the status that the client saw; a refusal that no upstream was asked for is APISIX's own. */
function readOutcome({ response, upstream_latency }: ApisixRecord) {
  const status = typeof response?.status === "string" ? Number(response.status) : response?.status;
  const isStatus = typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599;
  const http = isStatus ? status : null;
  const asked = upstream_latency !== undefined && upstream_latency !== null && upstream_latency !== "";
  const outcome: Outcome =
    http === 499
      ? "aborted"
      : http === null || http < 400
        ? "success"
        : !asked && http < 500
          ? "blocked"
          : "error";
  const failed = outcome !== "success";
  return {
    outcome,
    http_status: http,
    error_type: failed ? (asked ? "upstream" : "apisix") : null,
    error_code: failed && http !== null ? String(http) : null,
  };
}

/** The start in milliseconds, and everything else as milliseconds since then. */
function timesOf(record: ApisixRecord, appendTimeMs: number, fields: FieldReader) {
  const times = readCallTimes(
    { start: record.start_time, firstToken: null, end: null },
    appendTimeMs,
    fields,
  );
  const isStated = times.time_quality === "stated";
  const own = record.apisix_latency;
  return {
    ...times,
    first_token_at: isStated
      ? millisecondsAfter(times.started_at, positive(record.llm_summary?.duration))
      : null,
    ended_at: isStated ? millisecondsAfter(times.started_at, record.latency) : null,
    gateway_overhead_us: typeof own === "number" && own >= 0 && own < 1e9 ? Math.round(own * 1000) : null,
  };
}

/** Like every figure of the summary it begins as 0, which then is not known. */
function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function flag(value: unknown): boolean | null {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : null;
}

function versionOf({ server }: ApisixRecord): string | null {
  const version = claimed(server?.version);
  return version !== null && /^\d+\.\d+/.test(version) ? version : null;
}
