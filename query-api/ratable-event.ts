import { ResponseData } from "#core/event-data.ts";
import type { RatableCall } from "#core/rating.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { EventColumns } from "#query-api/event-columns.ts";

const Ratable = ResponseData.pick({
  model: true,
  model_requested: true,
  platform: true,
  region: true,
  inference_geo: true,
  speed: true,
  service_tier: true,
  operation: true,
  outcome: true,
  usage_quality: true,
  meters: true,
  gateway_cost: true,
});

/**
 * What a stored event was rated by, so that it can be rated again; `parts` is how many further parts its call has, and
 * `settings` say how its source was set.
 */
export function ratableEvent(
  event: EventColumns,
  parts: number,
  settings: Pick<SettingsState, "sources">,
): RatableCall {
  const source = settings.sources.get(event.source)?.value;
  const figure = event.gateway_cost === null ? null : event.gateway_currency;
  const data = Ratable.parse({
    model: event.model,
    model_requested: event.model_requested,
    platform: event.platform,
    region: event.region,
    inference_geo: event.inference_geo,
    speed: event.speed,
    service_tier: event.service_tier,
    operation: event.operation,
    outcome: event.outcome,
    usage_quality: event.usage_quality,
    meters: metersOf(event),
    gateway_cost: figure === null ? null : { amount: event.gateway_cost, currency: figure },
  });
  return {
    data: { ...data, parts: event.kind === "response" ? Array.from({ length: parts }) : [] },
    eventTimeMs: Date.parse(event.event_time),
    source: {
      // A figure for a whole call stands for none of its parts (`ratedAs`).
      allow_gateway_cost: source?.allow_gateway_cost === true && parts === 0 && event.kind === "response",
      account: source?.account ?? null,
    },
  };
}

function metersOf(event: EventColumns): Record<string, unknown> {
  const count = (stored: bigint | null) => (stored === null ? null : Number(stored));
  return {
    input_tokens: count(event.input_tokens),
    cache_read_tokens: count(event.cache_read_tokens),
    cache_write_5m_tokens: count(event.cache_write_5m_tokens),
    cache_write_1h_tokens: count(event.cache_write_1h_tokens),
    cache_write_tokens: count(event.cache_write_tokens),
    output_tokens: count(event.output_tokens),
    thinking_tokens: count(event.thinking_tokens),
    web_search_requests: count(event.web_search_requests),
    other: event.other_meters,
  };
}
