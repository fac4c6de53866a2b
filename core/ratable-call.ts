import { ResponseData } from "#core/event-data.ts";
import type { RatableCall } from "#core/rating.ts";
import type { SettingsState } from "#core/settings/state.ts";

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

/** What of a stored event decides its cost, in the names of `events_v1`; null is "not known". Times in ISO 8601. */
export interface StoredCall {
  readonly kind: string;
  readonly source: string;
  readonly event_time: string;
  readonly model: string | null;
  readonly model_requested: string | null;
  readonly platform: string | null;
  readonly region: string | null;
  readonly inference_geo: string | null;
  readonly speed: string | null;
  readonly service_tier: string | null;
  readonly operation: string | null;
  readonly outcome: string | null;
  readonly usage_quality: string | null;
  readonly input_tokens: bigint | null;
  readonly cache_read_tokens: bigint | null;
  readonly cache_write_5m_tokens: bigint | null;
  readonly cache_write_1h_tokens: bigint | null;
  readonly cache_write_tokens: bigint | null;
  readonly output_tokens: bigint | null;
  readonly thinking_tokens: bigint | null;
  readonly web_search_requests: bigint | null;
  readonly other_meters: readonly { readonly unit: string; readonly quantity: string }[];
  readonly gateway_cost: string | null;
  readonly gateway_currency: string | null;
}

/**
 * What a stored event was rated by, so that it can be rated again; `parts` is how many further parts its call has, and
 * `settings` say how its source was set.
 */
export function ratableCall(
  call: StoredCall,
  parts: number,
  settings: Pick<SettingsState, "sources">,
): RatableCall {
  const source = settings.sources.get(call.source)?.value;
  const figure = call.gateway_cost === null ? null : call.gateway_currency;
  const data = Ratable.parse({
    model: call.model,
    model_requested: call.model_requested,
    platform: call.platform,
    region: call.region,
    inference_geo: call.inference_geo,
    speed: call.speed,
    service_tier: call.service_tier,
    operation: call.operation,
    outcome: call.outcome,
    usage_quality: call.usage_quality,
    meters: metersOf(call),
    gateway_cost: figure === null ? null : { amount: call.gateway_cost, currency: figure },
  });
  return {
    data: { ...data, parts: call.kind === "response" ? Array.from({ length: parts }) : [] },
    eventTimeMs: Date.parse(call.event_time),
    source: {
      // A figure for a whole call stands for none of its parts (`ratedAs`).
      allow_gateway_cost: source?.allow_gateway_cost === true && parts === 0 && call.kind === "response",
      account: source?.account ?? null,
    },
  };
}

function metersOf(call: StoredCall): Record<string, unknown> {
  const count = (stored: bigint | null) => (stored === null ? null : Number(stored));
  return {
    input_tokens: count(call.input_tokens),
    cache_read_tokens: count(call.cache_read_tokens),
    cache_write_5m_tokens: count(call.cache_write_5m_tokens),
    cache_write_1h_tokens: count(call.cache_write_1h_tokens),
    cache_write_tokens: count(call.cache_write_tokens),
    output_tokens: count(call.output_tokens),
    thinking_tokens: count(call.thinking_tokens),
    web_search_requests: count(call.web_search_requests),
    other: call.other_meters,
  };
}
