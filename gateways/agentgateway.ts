import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { no, ok } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { outcomeOf } from "#gateways/agentgateway/outcome.ts";
import { countsCacheInside, platformOfProvider } from "#gateways/agentgateway/platform.ts";
import { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import { AGENTGATEWAY_REDACTION } from "#gateways/agentgateway/redaction.ts";
import { timesOf } from "#gateways/agentgateway/times.ts";
import { readUsage } from "#gateways/agentgateway/usage.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { serviceLevel } from "#gateways/service-level.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { shaped } from "#gateways/shaped.ts";
import type { Who } from "#gateways/who.ts";

/**
 * agentgateway's access log as JSON lines: one line per client request, whatever the number of tries. Every field and
 * trap: docs/gateways/agentgateway.md.
 */
export const agentgateway: Adapter = {
  gateway: "agentgateway",
  version: 1,
  redaction: AGENTGATEWAY_REDACTION,
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(AgentgatewayRecord, element);
  if (!read.ok) return read;
  const record = read.value;
  // The program's own messages go to the same output.
  if (record.scope !== undefined && record.scope !== "request")
    return no(
      "bad_shape",
      "its scope is not request: a message of agentgateway, and no line of its access log",
    );
  if (record["http.path"] === undefined && record["http.method"] === undefined)
    return no("bad_shape", "has neither http.method nor http.path: is this an access log line?");
  const fields = new FieldReader();
  const identity = recordIdentity(identityParts(record), context);
  const data = responseData(record, context, fields);
  if (fields.fault !== null) return fields.fault;
  return ok([{ ...identity, kind: "response", data }]);
}

/** The span is agentgateway's own for this request; there is none unless it traces, and the trace may be the client's. */
function identityParts(record: AgentgatewayRecord): (string | null)[] | null {
  const span = claimed(record["span.id"]);
  return span === null ? null : [claimed(record["trace.id"]), span, claimed(record.time)];
}

function responseData(record: AgentgatewayRecord, context: AdaptContext, fields: FieldReader): ResponseData {
  const { source, position } = context;
  const requested = claimed(record["gen_ai.request.model"]);
  const model = claimed(record["gen_ai.response.model"]) ?? requested;
  const provider = fields.text(record["gen_ai.provider.name"], "gen_ai.provider.name");
  const endpoint = claimed(record.endpoint);
  const inside = source.input_includes_cache ?? countsCacheInside(provider, model);
  const usage = readUsage(record, inside, fields);
  const outcome = outcomeOf(record);
  const level = serviceLevel(record["gen_ai.response.service_tier"], null);
  const isEstimate = level.isUnknown && usage.quality === "final";
  const isBroken = outcome.outcome === "aborted" && usage.quality === "final";
  return {
    gateway: "agentgateway",
    gateway_version: source.gateway_version,
    call_id: claimed(record["request.id"]),
    provider_request_id: claimed(record["provider.request_id"]),
    provider_message_id: null,
    client_request_id: null,
    trace_id: claimed(record["trace.id"]),
    attempt: attemptOf(record, fields),
    parent_call_id: null,
    internal_origin: null,
    ...sessionOf({ header: record["session.id"] }),
    ...whoOf(record, source, fields),
    client: clientProgram(record["user_agent.original"]),
    ...kindOf(record),
    platform: platformOfProvider(provider) ?? platformByHost(endpoint) ?? source.platform ?? "unknown",
    model_requested: requested,
    model,
    region: endpointRegion(endpoint, model),
    inference_geo: null,
    service_tier: level.tier,
    speed: null,
    stream: typeof record["gen_ai.request.stream"] === "boolean" ? record["gen_ai.request.stream"] : null,
    ...timesOf(record, position.appendTimeMs, fields),
    gateway_overhead_us: null,
    ...outcome,
    stop_reason: null,
    meters: usage.meters,
    parts: [],
    usage_quality: isBroken ? "provisional" : isEstimate ? "estimated" : usage.quality,
    gateway_cost: gatewayCost(record["agw.ai.usage.cost.total"], false, fields),
  };
}

function platformByHost(endpoint: string | null): string | null {
  return endpoint === null ? null : platformOfHost(endpoint);
}

/** The index of the last try, from 0, and only where there was more than one; the tries before it have no line. */
function attemptOf(record: AgentgatewayRecord, fields: FieldReader): number | null {
  const retry = fields.count(record["retry.attempt"], "retry.attempt");
  return retry === null || retry > 999 ? null : retry + 1;
}

/** MCP and A2A traffic asks no model here; what went to a model has `gen_ai.operation.name`; the rest is by its path. */
function kindOf(record: AgentgatewayRecord): PathKind {
  const isProtocol = record.protocol === "mcp" || record.protocol === "a2a";
  if (isProtocol || record["mcp.method.name"] !== undefined || record["a2a.method"] !== undefined)
    return { operation: "mcp", api_format: null };
  const found = pathKind(claimed(record["http.path"], 2048) ?? "");
  const operation = record["gen_ai.operation.name"];
  if (operation !== undefined) {
    const kind = found ?? { operation: "generate", api_format: null };
    return operation === "embeddings" ? { ...kind, operation: "embed" } : kind;
  }
  if (found === null || (asksNothing(record["http.method"]) && found.operation !== "list_models"))
    return { operation: "other", api_format: found?.api_format ?? null };
  return found;
}

/** The group and the user are what the gateway's own log store shows: of the API key, else of the token. */
function whoOf(record: AgentgatewayRecord, source: SourceSetting, fields: FieldReader): Who {
  const user = personName(record["agentgateway.user"]) ?? personName(record["jwt.sub"]);
  return {
    team: fields.text(record["agentgateway.group"], "agentgateway.group"),
    team_alias: null,
    organization: null,
    project: null,
    user: source.user_from === "none" ? null : user,
    end_user: null,
    api_key: fields.text(record["agw.api_key.name"], "agw.api_key.name"),
    claimed_team: claimed(record["team.claimed"]),
    tags: [],
    agent: claimed(record["agent.id"]),
    parent_agent: claimed(record["agent.parent_id"]),
  };
}
