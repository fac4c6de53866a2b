import type { Attribute } from "#core/attribution.ts";
import { clampEventTime } from "#core/clamp-event-time.ts";
import type { AdaptedEvent } from "#core/event.ts";
import type { ResponseData } from "#core/event-data.ts";
import { listColumn } from "#core/list-cost.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import { formatMoney } from "#core/money.ts";
import type { PriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { ratedAs, storedEvents } from "#core/stored-events.ts";
import type { Element } from "#ingest/element.ts";
import { rowVersion } from "#ingest/row-version.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

export interface RowContext {
  readonly book: PriceBook;
  /** Who pays for a call, by the map of the same settings. */
  readonly attribute: Attribute;
  readonly settingsOffset: bigint;
  /** A person's pseudonym. */
  readonly userRef: (name: string, source: string) => string;
}

/**
 * The rows of `events_v1` for one event, attributed and rated, as a pure function of the record and of the settings as
 * of one offset: its own, and one for each further part of its call. `ingested_at` is added when the batch is written;
 * the rows' hash is without it.
 */
export function eventRows(
  event: AdaptedEvent,
  element: Element,
  source: SourceSetting,
  context: RowContext,
): readonly Row[] {
  const events = storedEvents(event);
  const rated = ratedAs(events, source);
  return events.map((stored) => eventRow(stored, element, rated, context));
}

function eventRow(event: AdaptedEvent, element: Element, source: SourceSetting, context: RowContext): Row {
  const { data } = event;
  const { position } = element;
  const response = event.kind === "response" || event.kind === "part" ? event.data : null;
  const statedMs = data.time_quality === "missing" ? null : Date.parse(data.started_at);
  const time = clampEventTime({ statedMs, appendTimeMs: position.appendTimeMs });
  const quality = response?.usage_quality ?? "final";
  return {
    bucket: new Date(time.bucketS * 1000).toISOString(),
    gateway_team: data.team ?? "",
    model: data.model ?? data.model_requested ?? "",
    session_id: data.session_id ?? "",
    event_id: event.eventId,
    epoch: 0,
    sign: 1,
    version: rowVersion(quality, position),
    kind: event.kind,
    identity_quality: event.identityQuality,
    ...kindColumns(event),
    event_time: new Date(time.eventTimeMs).toISOString(),
    event_time_stated: statedMs === null ? null : data.started_at,
    time_suspect: time.suspect,
    first_token_at: response?.first_token_at ?? null,
    ended_at: event.kind === "request" ? null : event.data.ended_at,
    append_time: new Date(position.appendTimeMs).toISOString(),
    source: source.name,
    role: source.role,
    ...whoColumns(event, source, time.eventTimeMs, context),
    ...callColumns(event),
    ...outcomeColumns(event),
    ...meterColumns(response?.meters ?? NO_METERS),
    usage_quality: response === null ? "" : quality,
    ...costColumns(response, time.eventTimeMs, source, context),
    topic: position.topic,
    partition: position.partition,
    offset: position.offset,
    element: position.element,
    adapter_version: element.adapterVersion,
    settings_offset: context.settingsOffset,
  };
}

/** What only a part or an audit event has. */
function kindColumns(event: AdaptedEvent): Row {
  const audit = event.kind === "audit" ? event.data : null;
  return {
    part_of: event.kind === "part" ? event.partOf : "",
    part_kind: event.kind === "part" ? (event.partKind ?? "") : "",
    action: audit?.action ?? "",
    target_type: audit?.target_type ?? "",
    target_id: audit?.target_id ?? "",
    details: audit?.details ?? {},
  };
}

/** The team that the source gives, before the map is asked; what the gateway authenticated stays in gateway_team. */
function sourceTeam({ attributedTeam, data }: AdaptedEvent, source: SourceSetting): string | null {
  if (source.team_from === "fixed") return source.team;
  return attributedTeam === undefined ? data.team : attributedTeam;
}

function whoColumns(
  event: AdaptedEvent,
  source: SourceSetting,
  eventTimeMs: number,
  { userRef, attribute }: RowContext,
): Row {
  const { data } = event;
  const ref = (name: string | null) =>
    name === null || source.user_from === "none" ? "" : userRef(name, source.name);
  const who = {
    key: data.api_key ?? "",
    user: ref(data.user),
    tags: data.tags,
    project: data.project ?? "",
    organization: data.organization ?? "",
    team: sourceTeam(event, source) ?? "",
    source: source.name,
  };
  const { team, costCenter, allocationId } = attribute(who, eventTimeMs);
  return {
    session_id_source: data.session_id_source ?? "",
    agent: data.agent ?? "",
    parent_agent: data.parent_agent ?? "",
    team,
    team_alias: data.team_alias ?? "",
    cost_center: costCenter,
    allocation_id: allocationId,
    organization: who.organization,
    project: who.project,
    user_ref: who.user,
    end_user_ref: ref(data.end_user),
    api_key: who.key,
    claimed_team: data.claimed_team ?? "",
    tags: data.tags,
    client: data.client ?? "",
  };
}

function callColumns({ data }: AdaptedEvent): Row {
  return {
    gateway: data.gateway,
    gateway_version: data.gateway_version ?? "",
    call_id: data.call_id ?? "",
    provider_request_id: data.provider_request_id ?? "",
    provider_message_id: data.provider_message_id ?? "",
    client_request_id: data.client_request_id ?? "",
    trace_id: data.trace_id ?? "",
    attempt: data.attempt,
    parent_call_id: data.parent_call_id ?? "",
    internal_origin: data.internal_origin ?? "",
    api_format: data.api_format ?? "",
    operation: data.operation,
    platform: data.platform ?? "",
    model_requested: data.model_requested ?? "",
    region: data.region ?? "",
    inference_geo: data.inference_geo ?? "",
    service_tier: data.service_tier ?? "",
    speed: data.speed ?? "",
    stream: data.stream,
  };
}

function outcomeColumns(event: AdaptedEvent): Row {
  const ending = event.kind === "request" ? null : event.data;
  const response = event.kind === "response" ? event.data : null;
  return {
    outcome: ending?.outcome ?? "",
    http_status: ending?.http_status ?? null,
    error_type: ending?.error_type ?? "",
    error_code: ending?.error_code ?? "",
    stop_reason: response?.stop_reason ?? "",
    gateway_overhead_us: response?.gateway_overhead_us ?? null,
  };
}

function meterColumns(meters: Meters): Row {
  return {
    input_tokens: meters.input_tokens,
    cache_read_tokens: meters.cache_read_tokens,
    cache_write_5m_tokens: meters.cache_write_5m_tokens,
    cache_write_1h_tokens: meters.cache_write_1h_tokens,
    cache_write_tokens: meters.cache_write_tokens,
    output_tokens: meters.output_tokens,
    thinking_tokens: meters.thinking_tokens,
    web_search_requests: meters.web_search_requests,
    other_meters: meters.other.map(({ unit, quantity }) => ({ unit, quantity })),
  };
}

function costColumns(
  data: ResponseData | null,
  eventTimeMs: number,
  source: SourceSetting,
  context: RowContext,
): Row {
  if (data === null) {
    const none = {
      cost_usd: null,
      list_usd: null,
      cost_status: "",
      cost_note: "",
      price_id: "",
      model_canonical: "",
    };
    return { ...none, gateway_cost: null, gateway_currency: "" };
  }
  const rating = rate(context.book, { data, eventTimeMs, source });
  return {
    cost_usd: rating.cost === null ? null : formatMoney(rating.cost),
    list_usd: listColumn(rating),
    cost_status: rating.status,
    cost_note: rating.note,
    price_id: rating.priceId ?? "",
    model_canonical: rating.modelCanonical ?? "",
    gateway_cost: data.gateway_cost?.amount ?? null,
    gateway_currency: data.gateway_cost?.currency ?? "",
  };
}
