/** How docs/events.md groups the fields of `data`; a field without a group fails the generator. */
export const EVENT_GROUPS: readonly {
  readonly title: string;
  readonly text: string;
  readonly names: readonly string[];
}[] = [
  {
    title: "Which call",
    text: "Ids by which a call is found again at the gateway and at the provider. None of them is the event's identity.",
    names: [
      "gateway",
      "gateway_version",
      "call_id",
      "attempt",
      "parent_call_id",
      "internal_origin",
      "provider_request_id",
      "provider_message_id",
      "client_request_id",
      "trace_id",
    ],
  },
  {
    title: "Who",
    text: "What the gateway authenticated, and apart from it what the client claimed. A claim correlates; it authorises nothing. People are stored as keyed pseudonyms.",
    names: [
      "team",
      "team_alias",
      "organization",
      "project",
      "user",
      "api_key",
      "end_user",
      "claimed_team",
      "session_id",
      "session_id_source",
      "agent",
      "parent_agent",
      "client",
      "tags",
    ],
  },
  {
    title: "What was asked, and who served it",
    text: "Together with the meters and the time these decide the price.",
    names: [
      "operation",
      "api_format",
      "platform",
      "model_requested",
      "model",
      "region",
      "inference_geo",
      "service_tier",
      "speed",
      "stream",
    ],
  },
  {
    title: "When",
    text: "See [Times](#times) for the forms that are taken in.",
    names: ["started_at", "time_quality", "first_token_at", "ended_at", "gateway_overhead_us"],
  },
  {
    title: "How it ended, and what it consumed",
    text: "An aborted stream keeps what was counted; `usage_quality` says how far it can be trusted.",
    names: [
      "outcome",
      "http_status",
      "error_type",
      "error_code",
      "stop_reason",
      "meters",
      "parts",
      "usage_quality",
      "gateway_cost",
    ],
  },
];
