import { attributeText, type OtlpElement } from "#gateways/otlp/element.ts";

/** How one gateway or program writes OpenTelemetry's GenAI attributes, where that differs from the conventions. */
export interface ServiceProfile {
  readonly name: string;
  /** How it is known: by a scope, a span's name or an attribute of its own, else by the resource's `service.name`. */
  readonly service?: RegExp;
  readonly scope?: RegExp;
  readonly spanName?: RegExp;
  readonly attribute?: string;
  /**
   * Whether `gen_ai.usage.input_tokens` hold cached tokens. The conventions say they do. null: the vendor does not say,
   * and neither does its code; `kong`: by provider and version, as in Kong's own logs.
   */
  readonly inputIncludesCache: boolean | "kong" | null;
  /** Whether it counts cached tokens at all: without, what a prompt cost is an estimate. */
  readonly countsCache: boolean;
  /** The spans that are calls; others repeat what these say. Absent: all that have a model's operation or usage. */
  readonly calls?: RegExp;
  /** Spans that repeat another one's call. */
  readonly repeats?: RegExp;
  /** Several spans of a trace may state one response, so that a response is one call of its trace. */
  readonly isOneResponse?: boolean;
  /** Who bills, where that is the gateway itself and not the provider behind it. */
  readonly platform?: string;
  /** Text that stands for no value. */
  readonly absent?: string;
  /** Attributes beside those of the conventions, by what they hold. */
  readonly session?: readonly string[];
  /** Whom the gateway authenticated; telemetry of others names people and teams as claims only. */
  readonly team?: readonly string[];
  readonly user?: readonly string[];
  readonly endUser?: readonly string[];
  readonly claimedTeam?: readonly string[];
  readonly apiKey?: readonly string[];
  readonly callId?: readonly string[];
  readonly firstTokenMs?: readonly string[];
  readonly start?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** Anything that is in no row: OpenTelemetry's GenAI semantic conventions as they are written (docs/gen-ai, v1.40). */
export const SEMCONV: ServiceProfile = {
  name: "semconv",
  inputIncludesCache: true,
  countsCache: true,
};

/** Sources of the rows: docs/gateways/otel-genai.md. */
export const SERVICES: readonly ServiceProfile[] = [
  {
    name: "openrouter",
    service: /^openrouter$/i,
    scope: /^openrouter$/i,
    inputIncludesCache: true,
    countsCache: true,
    calls: /^LLM Generation$/,
    platform: "openrouter",
    endUser: ["user.id"],
    apiKey: ["trace.metadata.openrouter.api_key_name"],
    callId: ["gen_ai.response.id"],
    claimedTeam: ["trace.metadata.team", "trace.metadata.team_id"],
    firstTokenMs: ["trace.metadata.openrouter.first_token_ms"],
    tags: { provider: "trace.metadata.openrouter.provider_name" },
  },
  {
    // Metadata of the header `cf-aig-metadata` become attributes under the names that the caller chose.
    name: "cloudflare",
    service: /^cloudflare/i,
    attribute: "gen_ai.model.provider",
    inputIncludesCache: null,
    countsCache: false,
    session: ["x-claude-code-session-id", "session_id", "session"],
    endUser: ["user", "user_id"],
    claimedTeam: ["team", "team_id"],
  },
  {
    name: "portkey",
    service: /^portkey/i,
    inputIncludesCache: null,
    countsCache: true,
    endUser: ["user.id", "metadata._user", "portkey.metadata._user"],
    claimedTeam: ["metadata.team", "portkey.metadata.team"],
  },
  {
    name: "zuplo",
    service: /zuplo/i,
    scope: /zuplo/i,
    inputIncludesCache: null,
    countsCache: false,
  },
  {
    // Its access log writes "-" for what a request does not have.
    name: "envoy-ai-gateway",
    service: /^(?:envoy-)?ai-gateway|^aigw/i,
    scope: /envoyproxy\/ai-gateway/i,
    inputIncludesCache: true,
    countsCache: true,
    absent: "-",
    start: ["start_time"],
  },
  {
    name: "kong",
    service: /^kong(?:-|$)/i,
    spanName: /^kong\.gen_ai$/,
    inputIncludesCache: "kong",
    countsCache: false,
    calls: /^kong\.gen_ai$/,
  },
  {
    // Its input holds Anthropic's cached tokens from version 6 on, and those of most others always.
    name: "vercel-ai-sdk",
    scope: /^ai$/,
    inputIncludesCache: null,
    countsCache: false,
    session: ["ai.telemetry.metadata.sessionId"],
    endUser: ["ai.telemetry.metadata.userId"],
    firstTokenMs: ["ai.response.msToFirstChunk"],
  },
  {
    name: "litellm",
    service: /^litellm/i,
    inputIncludesCache: true,
    countsCache: true,
    repeats: /^raw_gen_ai_request$/,
    isOneResponse: true,
    // Of the virtual key; `metadata.team_id` is the caller's own.
    team: ["metadata.user_api_key_team_id", "litellm.metadata.user_api_key_team_id", "litellm.team.id"],
    user: ["metadata.user_api_key_user_id", "litellm.metadata.user_api_key_user_id"],
    endUser: ["metadata.user_api_key_end_user_id"],
    apiKey: ["metadata.user_api_key_hash", "litellm.metadata.user_api_key_hash"],
  },
];

/** The row of an element's service; the conventions themselves where there is none. */
export function serviceOf(element: OtlpElement): ServiceProfile {
  // What only one program writes counts before a name that its operator may choose.
  const marked = SERVICES.find((row) => hasMark(row, element));
  if (marked !== undefined) return marked;
  const service = attributeText(element.resource, "service.name") ?? "";
  return SERVICES.find((row) => row.service?.test(service)) ?? SEMCONV;
}

function hasMark(row: ServiceProfile, element: OtlpElement): boolean {
  const { scope, attributes } = element;
  if (typeof scope.name === "string" && row.scope?.test(scope.name)) return true;
  if (element.otlp === "span" && typeof element.name === "string" && row.spanName?.test(element.name))
    return true;
  return row.attribute !== undefined && Object.hasOwn(attributes, row.attribute);
}
