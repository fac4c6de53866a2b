import { z } from "zod";
import type { AdaptContext, Adapted, Adapter, RedactionRules } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { readEventTime } from "#core/event-time.ts";
import { no, ok } from "#core/result.ts";
import { readAnswer } from "#gateways/anthropic/answer.ts";
import { type Members, membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import { callEnd } from "#gateways/anthropic/outcome.ts";
import { ANTHROPIC_CONTENT, ANTHROPIC_CREDENTIAL, requestContent } from "#gateways/anthropic/redaction.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";

/**
 * A row of Vertex AI's request-response logging in BigQuery, for Claude's publisher models (Google Cloud, "Log requests
 * and responses"). Sampled and of regional endpoints only: a witness, rarely a ledger. docs/gateways/vertex-request-response-log.md.
 */
export const vertexRequestResponseLog: Adapter = {
  gateway: "vertex-request-response-log",
  version: 1,
  redaction: {
    credential: ANTHROPIC_CREDENTIAL,
    content: [
      ...ANTHROPIC_CONTENT,
      ...requestContent("full_request"),
      "full_request.contents",
      "full_request.systeminstruction",
      "full_response.candidates",
      "request_payload",
      "response_payload",
      "otel_log",
    ],
    person: ["metadata.user_id"],
  } satisfies RedactionRules,
  adapt,
};

const leaf = z.unknown().optional();
const VertexRow = z.object({
  endpoint: leaf,
  logging_time: leaf,
  request_id: leaf,
  model: leaf,
  api_method: leaf,
  full_request: leaf,
  full_response: leaf,
  metadata: leaf,
});
type VertexRow = z.infer<typeof VertexRow>;

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(VertexRow, element);
  if (!read.ok) return read;
  const row = read.value;
  if (row.endpoint === undefined && row.api_method === undefined)
    return no("bad_shape", "has neither endpoint nor api_method: is this a row of the logging table?");
  const fields = new FieldReader();
  const data = responseData(row, context, fields);
  const id = claimed(row.request_id) ?? data.provider_message_id;
  const identity = recordIdentity(id === null ? null : [id], context);
  if (fields.fault !== null) return fields.fault;
  return ok([{ ...identity, kind: "response", data }]);
}

function responseData(row: VertexRow, { source, position }: AdaptContext, fields: FieldReader): ResponseData {
  const asked = membersOf(parsedJson(row.full_request));
  const answer = readAnswer(row.full_response, { estimates: source.stream_floor }, fields);
  const [, region = null, named = null] = ENDPOINT.exec(claimed(row.endpoint, 2048) ?? "") ?? [];
  const requested = claimed(row.model) ?? named;
  const userId = membersOf(asked?.["metadata"])?.["user_id"];
  const { usage } = answer;
  return {
    gateway: "vertex-request-response-log",
    gateway_version: null,
    call_id: null,
    provider_request_id: claimed(row.request_id),
    provider_message_id: answer.messageId,
    client_request_id: null,
    trace_id: null,
    attempt: null,
    parent_call_id: null,
    internal_origin: null,
    ...sessionOf({ body: userId }),
    ...NOBODY,
    end_user: source.user_from === "none" ? null : personName(userId),
    client: null,
    ...kindOf(row),
    platform: "vertex",
    model_requested: requested,
    model: answer.model ?? requested,
    region,
    inference_geo: usage.geo,
    service_tier: usage.tier,
    speed: usage.speed,
    stream: /^stream/i.test(claimed(row.api_method) ?? "") || answer.isStream,
    ...timesOf(row, position.appendTimeMs, fields),
    gateway_overhead_us: null,
    ...callEnd(null, answer, false),
    stop_reason: answer.stopReason,
    meters: usage.meters,
    parts: [...usage.parts],
    usage_quality: usage.quality,
    gateway_cost: null,
  };
}

/** `projects/P/locations/us-east5/publishers/anthropic/models/claude-opus-5`. */
const ENDPOINT = /\/locations\/([a-z0-9-]{1,40})\/publishers\/[^/]+\/models\/([^/:]+)/;

/** The row names nobody: who called is in Cloud Audit Logs, under no id that the row shares. */
const NOBODY = {
  team: null,
  team_alias: null,
  organization: null,
  project: null,
  user: null,
  api_key: null,
  claimed_team: null,
  tags: [],
  agent: null,
  parent_agent: null,
};

function kindOf({ api_method, endpoint }: VertexRow) {
  const isCount = /count-?tokens/i.test(`${claimed(endpoint, 2048)} ${claimed(api_method)}`);
  if (isCount) return { operation: "count_tokens" as const, api_format: null };
  const isRaw = /rawPredict$/i.test(claimed(api_method) ?? "");
  return { operation: "generate" as const, api_format: isRaw ? "vertex_rawpredict" : null };
}

/** `logging_time` is when the row was written, at the end; the request's latency in milliseconds leads to its start. */
function timesOf(row: VertexRow, appendTimeMs: number, fields: FieldReader) {
  const metadata: Members | null = membersOf(parsedJson(row.metadata));
  const end = readEventTime(row.logging_time);
  const latencyMs = Number(
    claimed(metadata?.["request_latency"]) ?? metadata?.["request_latency"] ?? Number.NaN,
  );
  const isTold = end.ok && latencyMs >= 0 && latencyMs < 1e9;
  const start = isTold ? new Date(Date.parse(end.value) - Math.round(latencyMs)).toISOString() : null;
  return readCallTimes({ start, firstToken: null, end: row.logging_time }, appendTimeMs, fields);
}
