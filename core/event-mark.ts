import { hash } from "node:crypto";
import { clampEventTime } from "#core/clamp-event-time.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { QUALITY_RANK } from "#core/usage-quality.ts";

/**
 * What of an event is compared with other records of the same identity, as a function of the record alone: the bucket
 * and a hash of the rest of its place in the store, and a hash of what it says that is counted or rated. Two records
 * with equal marks are the same statement. 32 bits each: two records that do differ are taken for equal once in
 * four thousand million.
 */
export interface EventMark {
  /** Seconds since 1970. */
  readonly bucketS: number;
  readonly key: number;
  /** Its two lowest bits are the rank of the usage quality: to know better later contradicts nothing. */
  readonly content: number;
}

const QUALITIES = 4;

export function eventMark(event: AdaptedEvent): EventMark {
  const { data } = event;
  const statedMs = data.time_quality === "missing" ? null : Date.parse(data.started_at);
  const model = data.model ?? data.model_requested ?? "";
  const quality = event.kind === "response" || event.kind === "part" ? event.data.usage_quality : "final";
  const content = hash32(contentOf(event));
  return {
    bucketS: clampEventTime({ statedMs, appendTimeMs: 0 }).bucketS,
    key: hash32([data.team ?? "", model, data.session_id ?? ""]),
    content: content - (content % QUALITIES) + Number(QUALITY_RANK[quality]),
  };
}

/** The quality of usage that a mark's content was stated with. */
export function contentQuality(content: number): number {
  return content % QUALITIES;
}

function contentOf(event: AdaptedEvent): readonly unknown[] {
  const { data } = event;
  const rated = [
    data.operation,
    data.platform,
    data.region,
    data.inference_geo,
    data.service_tier,
    data.speed,
  ];
  switch (event.kind) {
    case "request":
      return [event.kind, rated];
    case "audit": {
      const { outcome, http_status, error_code, action, target_type, target_id, details } = event.data;
      const told = Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1));
      return [event.kind, rated, outcome, http_status, error_code, action, target_type, target_id, told];
    }
    default: {
      const { outcome, http_status, error_code, meters, parts, gateway_cost } = event.data;
      return [event.kind, rated, outcome, http_status, error_code, meters, parts, gateway_cost];
    }
  }
}

function hash32(parts: readonly unknown[]): number {
  return Number.parseInt(hash("sha256", JSON.stringify(parts), "hex").slice(0, 8), 16);
}
