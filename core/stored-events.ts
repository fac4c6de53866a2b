import type { AdaptedEvent } from "#core/event.ts";
import { partId } from "#core/identity.ts";
import { asksNoModel } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";

/**
 * The events that are stored for one that an adapter gave: itself and one for each further part of its call. A response
 * that asked no model (a probe, a list of models, a count of tokens) is no call: it is kept as an audit event, with
 * what was asked as its action.
 */
export function storedEvents(event: AdaptedEvent): readonly AdaptedEvent[] {
  if (event.kind !== "response") return [event];
  if (asksNoModel(event.data)) return [asAudit(event)];
  const { parts, ...call } = event.data;
  const further = parts.map(({ model, meters, kind: partKind }, index): AdaptedEvent => {
    // The gateway's figure is for the whole call and stays with it.
    const data = { ...call, model: model ?? call.model, meters, parts: [], gateway_cost: null };
    const id = { eventId: partId(event.eventId, index), partOf: event.eventId, index, partKind };
    return { ...event, ...id, kind: "part", data };
  });
  return [event, ...further];
}

/** How a call's events are rated: the gateway's figure for a whole call can stand for none of its parts. */
export function ratedAs(events: readonly AdaptedEvent[], source: SourceSetting): SourceSetting {
  return events.length > 1 ? { ...source, allow_gateway_cost: false } : source;
}

function asAudit(event: Extract<AdaptedEvent, { kind: "response" }>): AdaptedEvent {
  const {
    first_token_at: _first,
    gateway_overhead_us: _overhead,
    stop_reason: _stop,
    meters: _meters,
    parts: _parts,
    usage_quality: _quality,
    gateway_cost: _cost,
    ...data
  } = event.data;
  const what = { action: data.operation, target_type: null, target_id: null, details: {} };
  return { ...event, kind: "audit", data: { ...data, ...what } };
}
