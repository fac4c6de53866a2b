import type { AdaptContext, Adapted } from "#core/adapter.ts";
import { readEventTime } from "#core/event-time.ts";
import { ok } from "#core/result.ts";
import { agentgateway } from "#gateways/agentgateway.ts";
import { type Attributes, type OtlpElement, otlpId, otlpTime } from "#gateways/otlp/element.ts";
import { resourceTeam } from "#gateways/otlp/resource-team.ts";
import { recordIdentity } from "#gateways/record-identity.ts";

/** agentgateway's own name, or what only it writes: OTEL_SERVICE_NAME may rename it. */
export function isAgentgateway({ resource, scope, attributes }: OtlpElement): boolean {
  return (
    resource["service.name"] === "agentgateway" || scope.name === "agentgateway" || hasOwnNames(attributes)
  );
}

/** Whether it is of a request: agentgateway's other spans are of the work within one. */
export function isRequest({ attributes }: OtlpElement): boolean {
  return ["http.method", "http.path", "http.request.method", "url.path"].some((name) =>
    Object.hasOwn(attributes, name),
  );
}

/**
 * A log record or span of agentgateway: its attributes are the members of its access log in JSON, so that its adapter
 * reads them, with the convention by provider. One request is one span, so its log record is the same event.
 */
export function adaptAgentgateway(element: OtlpElement, context: AdaptContext): Adapted {
  const adapted = agentgateway.adapt(lineOf(element), context);
  if (!adapted.ok) return adapted;
  const [trace, span] = [otlpId(element.trace_id), otlpId(element.span_id)];
  const identity = {
    ...(span === null ? {} : recordIdentity(["span", trace, span], context)),
    ...resourceTeam(element, context.source),
  };
  return ok(
    adapted.value.map((event) =>
      event.kind === "response"
        ? { ...event, ...identity, data: { ...event.data, gateway: "otel-genai" } }
        : { ...event, ...identity },
    ),
  );
}

function hasOwnNames(attributes: Attributes): boolean {
  return (
    Object.hasOwn(attributes, "agw.ai.usage.cost.total") ||
    Object.hasOwn(attributes, "agw.ai.time_to_first_token")
  );
}

function lineOf(element: OtlpElement): Attributes {
  const { attributes, resource } = element;
  const isSpan = element.otlp === "span";
  const end = isSpan
    ? element.end_time_unix_nano
    : (element.time_unix_nano ?? element.observed_time_unix_nano);
  const { scope: _scope, ...members } = attributes;
  return {
    ...members,
    "http.method": attributes["http.method"] ?? attributes["http.request.method"],
    "http.path": attributes["http.path"] ?? attributes["url.path"],
    "http.status": attributes["http.status"] ?? attributes["http.response.status_code"],
    "agentgateway.group": attributes["agentgateway.group"] ?? resource["agentgateway.group"],
    "trace.id": element.trace_id,
    "span.id": element.span_id,
    time: microseconds(end),
    ...(isSpan ? { "request.start_time": microseconds(element.start_time_unix_nano) } : {}),
  };
}

/** As the line has it, in whole microseconds, or as it stands where it is no time. */
function microseconds(nanoseconds: unknown): unknown {
  const read = readEventTime(otlpTime(nanoseconds));
  return read.ok ? read.value.replace("Z", "000Z") : otlpTime(nanoseconds);
}
