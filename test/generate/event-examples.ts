/** The examples of docs/events.md; `event-examples.test.ts` reads them out of the page and takes them in. */
export const RESPONSE_EXAMPLE = {
  specversion: "1.0",
  type: "spendtrail.response.v1",
  source: "/gateways/eu-1",
  id: "01JDC3-response",
  time: "2026-11-23T10:00:00.000Z",
  subject: "session-4711",
  partitionkey: "session-4711",
  datacontenttype: "application/json",
  data: {
    gateway: "canonical",
    call_id: "01JDC3",
    provider_request_id: "req_example_1",
    session_id: "session-4711",
    session_id_source: "header",
    team: "search",
    user: "jane@example.com",
    api_key: "search-ci",
    platform: "anthropic-api",
    model_requested: "claude-opus-5",
    model: "claude-opus-5",
    stream: true,
    started_at: "2026-11-23T10:00:00.000Z",
    first_token_at: "2026-11-23T10:00:00.750Z",
    ended_at: "2026-11-23T10:00:04.120Z",
    outcome: "success",
    http_status: 200,
    stop_reason: "end_turn",
    meters: { input_tokens: 12, cache_read_tokens: 11367, cache_write_1h_tokens: 4673, output_tokens: 80 },
    gateway_cost: { amount: "0.0544285", currency: "USD" },
  },
} as const;

export const REQUEST_EXAMPLE = {
  specversion: "1.0",
  type: "spendtrail.request.v1",
  source: "/gateways/eu-1",
  id: "01JDC3-request",
  time: "2026-11-23T10:00:00.000Z",
  subject: "session-4711",
  data: {
    gateway: "canonical",
    call_id: "01JDC3",
    session_id: "session-4711",
    team: "search",
    platform: "anthropic-api",
    model_requested: "claude-opus-5",
    started_at: "2026-11-23T10:00:00.000Z",
  },
} as const;

export const AUDIT_EXAMPLE = {
  specversion: "1.0",
  type: "spendtrail.audit.v1",
  source: "/gateways/eu-1",
  id: "01JDC4-audit",
  time: "2026-11-23T10:02:00.000Z",
  data: {
    gateway: "canonical",
    team: "search",
    user: "jane@example.com",
    started_at: "2026-11-23T10:02:00.000Z",
    action: "key.created",
    target_type: "key",
    target_id: "search-ci",
    details: { changed: "models, budget" },
  },
} as const;

/** The response in binary mode: attributes as headers, data alone as the value. */
export function binaryHeaders(prefix: "ce_" | "ce-"): readonly (readonly [string, string])[] {
  const { data: _, datacontenttype, ...attributes } = RESPONSE_EXAMPLE;
  const headers = Object.entries(attributes).map(([name, value]) => [prefix + name, value] as const);
  return [["content-type", datacontenttype], ...headers];
}
