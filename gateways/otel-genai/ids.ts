import type { SourceSetting } from "#core/settings/source.ts";
import { clientProgram } from "#gateways/client-program.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { personName } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import {
  END_USER,
  HOST,
  MESSAGE_ID,
  MODEL_REQUESTED,
  MODEL_RESPONSE,
  REQUEST_ID,
  SESSION,
} from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { otlpId } from "#gateways/otlp/element.ts";
import { TEAM_ATTRIBUTES } from "#gateways/otlp/resource-team.ts";
import { sessionOf } from "#gateways/session-id.ts";
import { labelsOf } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** What calls and audit events alike say of themselves. */
export function idsOf(reading: Reading, source: SourceSetting) {
  const { service, element } = reading;
  const requested = reading.text(...MODEL_REQUESTED);
  const model = reading.text(...MODEL_RESPONSE) ?? requested;
  const response = reading.text(...MESSAGE_ID);
  const callId = service.callId === undefined ? null : reading.text(...service.callId);
  return {
    gateway: "otel-genai",
    gateway_version: source.gateway_version ?? reading.text("service.version"),
    call_id: callId,
    provider_request_id: reading.text(...REQUEST_ID),
    // OpenRouter's response id is its own, and not the provider's.
    provider_message_id: response === callId ? null : response,
    client_request_id: reading.text("http.request.header.x-client-request-id"),
    trace_id: otlpId(element.trace_id),
    attempt: null,
    parent_call_id: null,
    internal_origin: null,
    ...sessionOf({
      header: sessionHeader(reading, source.session_header.toLowerCase()),
      telemetry: reading.text(...SESSION, ...(service.session ?? [])),
    }),
    client: clientProgram(reading.value("user_agent.original", "http.user_agent")),
    api_format: null,
    model_requested: requested,
    model,
    region: endpointRegion(reading.text(...HOST), model),
    inference_geo: null,
  };
}

/** As the HTTP conventions record a header; one that holds a credential by its name is not stored, so it is not read. */
function sessionHeader(reading: Reading, name: string): unknown {
  return headerValue({ [name]: reading.value(`http.request.header.${name}`) }, name);
}

/** Whom telemetry names is a claim: nothing says that anybody authenticated it. */
export function whoOf(reading: Reading, source: SourceSetting): Who {
  const { service } = reading;
  const person = (names: readonly string[] = []) =>
    names.map((name) => personName(reading.value(name))).find((name) => name !== null) ?? null;
  const isHidden = source.user_from === "none";
  return {
    team: service.team === undefined ? null : reading.text(...service.team),
    team_alias: null,
    organization: null,
    project: null,
    user: isHidden ? null : person(service.user),
    end_user: isHidden ? null : (person(service.endUser) ?? person(END_USER)),
    api_key: service.apiKey === undefined ? null : reading.text(...service.apiKey),
    claimed_team: reading.text(...(service.claimedTeam ?? []), ...TEAM_ATTRIBUTES),
    tags: tagsOf(reading),
    agent: reading.text("gen_ai.agent.id", "gen_ai.agent.name"),
    parent_agent: null,
  };
}

function tagsOf(reading: Reading): string[] {
  const labels = {
    service: "service.name",
    department: "department",
    cost_center: "cost_center",
    ...reading.service.tags,
  };
  return labelsOf(
    Object.entries(labels).flatMap(([label, name]) => {
      const text = reading.text(name);
      return text === null ? [] : [`${label}:${text}`];
    }),
  );
}
