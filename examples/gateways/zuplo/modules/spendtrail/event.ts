import type { Answer } from "./answer.ts";
import { NO_METERS } from "./meters.ts";
import type { UsageOptions } from "./options.ts";
import type { Ending } from "./pass-through.ts";
import { type GatewayRequest, whoOf } from "./who.ts";

/** A canonical event of spendtrail (docs/events.md) in a CloudEvents 1.0 envelope. */
export interface UsageEvent {
  readonly specversion: "1.0";
  readonly type: "spendtrail.response.v1";
  /** With `id` the event's identity: the same call sent twice counts once. */
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly subject?: string;
  readonly partitionkey?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly requestId: string;
  readonly request: GatewayRequest;
  readonly status: number;
  readonly providerRequestId: string | null;
  readonly isStream: boolean;
  readonly startedMs: number;
  readonly firstTokenMs: number | null;
  readonly endedMs: number;
  readonly ending: Ending;
}

/** What one call becomes. It holds no content, no key and no header but those named in `who.ts`. */
export function usageEvent(call: Call, answer: Answer, options: UsageOptions): UsageEvent {
  const who = whoOf(call.request, options);
  const time = instant(call.startedMs);
  const session = who.session_id === null ? {} : { subject: who.session_id, partitionkey: who.session_id };
  const parts = answer.usage?.parts ?? [];
  return {
    specversion: "1.0",
    type: "spendtrail.response.v1",
    source: `/zuplo/${encodeURIComponent(options.instance)}`,
    id: call.requestId,
    time,
    ...session,
    data: {
      gateway: "zuplo",
      call_id: call.requestId,
      provider_request_id: call.providerRequestId,
      provider_message_id: answer.messageId,
      ...who,
      ...kindOf(call.request),
      platform: platformOf(answer.model, options),
      model: answer.model,
      inference_geo: answer.inferenceGeo === "not_available" ? null : answer.inferenceGeo,
      service_tier: known(answer.serviceTier === "default" ? "standard" : answer.serviceTier, TIERS),
      speed: known(answer.speed, ["standard", "fast"]),
      stream: call.isStream,
      started_at: time,
      first_token_at: call.firstTokenMs === null ? null : instant(call.firstTokenMs),
      ended_at: instant(call.endedMs),
      ...outcomeOf(call, answer),
      stop_reason: answer.stopReason,
      meters: answer.usage?.meters ?? NO_METERS,
      ...(parts.length === 0 ? {} : { parts }),
      usage_quality: qualityOf(call, answer),
    },
  };
}

const TIERS = ["standard", "batch", "priority", "flex"];

/** What was asked, by the end of the path: an app's own prefix stands before it. */
const PATHS: readonly (readonly [RegExp, string, string | null])[] = [
  [/\/messages\/count_tokens$/, "count_tokens", null],
  [/\/models(?:\/[^/]+)?$/, "list_models", null],
  [/\/messages$/, "generate", "anthropic_messages"],
  [/\/chat\/completions$/, "generate", "openai_chat"],
  [/\/responses$/, "generate", "openai_responses"],
  [/\/embeddings$/, "embed", "openai_embeddings"],
];

function kindOf({ url, method }: GatewayRequest) {
  const path = new URL(url).pathname.replace(/\/+$/, "");
  const found = PATHS.find(([pattern]) => pattern.test(path));
  const asksNothing = method !== "POST" && found?.[1] !== "list_models";
  return {
    operation: found === undefined || asksNothing ? "other" : found[1],
    api_format: found?.[2] ?? null,
  };
}

function platformOf(model: string | null, { platforms = [] }: UsageOptions): string {
  return platforms.find(({ modelPrefix }) => model?.startsWith(modelPrefix))?.platform ?? "unknown";
}

/** A refusal of Zuplo's own looks like the provider's in an answer: both are `error`, by their status. */
function outcomeOf({ status, ending }: Call, { errorType, isWhole }: Answer) {
  const isFailed = status >= 400 || errorType !== null || ending === "broken";
  const outcome = ending === "cancelled" && !isWhole ? "aborted" : isFailed ? "error" : "success";
  return {
    outcome,
    http_status: status >= 100 && status <= 599 ? status : null,
    error_type: errorType ?? (ending === "broken" ? "stream_broken" : null),
    error_code: status >= 400 ? String(status) : null,
  };
}

/** Figures of an answer that did not come to its end are what was counted until then. */
function qualityOf({ ending }: Call, { usage, isWhole }: Answer): string {
  if (usage === null) return "missing";
  return isWhole && ending !== "broken" ? "final" : "provisional";
}

function known(value: string | null, names: readonly string[]): string | null {
  return value !== null && names.includes(value) ? value : null;
}

function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
