import { z } from "zod";
import type { AdaptContext, Adapted } from "#core/adapter.ts";
import type { Outcome, ResponseData } from "#core/event-data.ts";
import { NO_METERS } from "#core/meters.ts";
import { no, ok } from "#core/result.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { shaped } from "#gateways/shaped.ts";

const leaf = z.unknown().optional();

/**
 * The default record of Zuplo's request log plugins, one a request (zuplo.com/docs/articles/plugin-hydrolix-traffic-peak).
 * It has neither model nor tokens.
 */
const RequestLog = z.object({
  timestamp: leaf,
  requestId: leaf,
  url: leaf,
  routePath: leaf,
  statusCode: leaf,
  durationMs: leaf,
  method: leaf,
  userSub: leaf,
});
type RequestLog = z.infer<typeof RequestLog>;

/** A request without its usage: what it was, whose, when, and how it ended. */
export function adaptRequestLog(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(RequestLog, element);
  if (!read.ok) return read;
  const record = read.value;
  if (record.url === undefined && record.routePath === undefined)
    return no("bad_shape", "is neither an event of our policy nor a line of the request log: it has no url");
  const fields = new FieldReader();
  const requestId = fields.text(record.requestId, "requestId");
  const identity = recordIdentity(requestId === null ? null : [requestId], context);
  const data = requestData(record, requestId, context, fields);
  return fields.fault ?? ok([{ ...identity, kind: "response", data }]);
}

function requestData(
  record: RequestLog,
  requestId: string | null,
  { source, position }: AdaptContext,
  fields: FieldReader,
): ResponseData {
  // `timestamp` is when the line was written, which is after the answer.
  const times = readCallTimes(
    { start: null, firstToken: null, end: record.timestamp },
    position.appendTimeMs,
    fields,
  );
  const subject = source.user_from === "none" ? null : personName(record.userSub);
  return {
    gateway: "zuplo",
    gateway_version: source.gateway_version,
    call_id: requestId,
    provider_request_id: null,
    provider_message_id: null,
    client_request_id: null,
    trace_id: null,
    attempt: null,
    parent_call_id: null,
    internal_origin: null,
    session_id: null,
    session_id_source: null,
    team: null,
    team_alias: null,
    organization: null,
    project: null,
    user: subject,
    end_user: null,
    api_key: null,
    claimed_team: null,
    tags: [],
    agent: null,
    parent_agent: null,
    client: null,
    ...kindOf(record),
    platform: source.platform ?? "unknown",
    model_requested: null,
    model: null,
    region: null,
    inference_geo: null,
    service_tier: null,
    speed: null,
    stream: null,
    ...times,
    gateway_overhead_us: null,
    ...outcomeOf(record.statusCode),
    stop_reason: null,
    meters: NO_METERS,
    parts: [],
    usage_quality: "missing",
    gateway_cost: null,
  };
}

function kindOf({ url, routePath, method }: RequestLog): PathKind {
  const path = claimed(url, 2048) ?? claimed(routePath, 2048) ?? "";
  const found = pathKind(path);
  if (found === null || (asksNothing(method) && found.operation !== "list_models"))
    return { operation: "other", api_format: found?.api_format ?? null };
  return found;
}

function outcomeOf(status: unknown) {
  const isStatus = typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599;
  const http = isStatus ? status : null;
  const outcome: Outcome = http !== null && http >= 400 ? "error" : "success";
  const error_code = outcome === "error" ? String(http) : null;
  return { outcome, http_status: http, error_type: null, error_code };
}
