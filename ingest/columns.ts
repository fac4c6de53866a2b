/** Columns are named in every insert, so that an older program goes on working after a column was added. */
export const RECORD_COLUMNS = [
  ...["topic", "partition", "offset", "element", "append_time", "source", "gateway", "outcome"],
  ...["reject_reason", "reject_detail", "event_ids", "event_buckets", "event_keys", "event_contents"],
  ...["stored", "headers", "received_sha256", "stored_sha256", "rows_sha256"],
  ...["leaf", "adapter_version", "settings_offset", "epoch", "ingested_at"],
] as const;

export const EVENT_COLUMNS = [
  ...["bucket", "gateway_team", "model", "session_id", "event_id", "epoch", "sign", "version", "kind"],
  ...["part_of", "part_kind", "action", "target_type", "target_id", "details"],
  ...["identity_quality", "event_time", "event_time_stated", "time_suspect", "first_token_at", "ended_at"],
  ...["append_time", "ingested_at", "source", "role", "gateway", "gateway_version", "call_id"],
  ...["provider_request_id", "provider_message_id", "client_request_id", "trace_id", "attempt"],
  ...[
    "parent_call_id",
    "internal_origin",
    "session_id_source",
    "agent",
    "parent_agent",
    "team",
    "team_alias",
    "cost_center",
    "allocation_id",
  ],
  ...["organization", "project", "user_ref", "end_user_ref", "api_key", "claimed_team", "tags", "client"],
  ...["api_format", "operation", "platform", "model_requested", "model_canonical", "region", "inference_geo"],
  ...["service_tier", "speed", "stream", "outcome", "http_status", "error_type", "error_code", "stop_reason"],
  ...["gateway_overhead_us", "input_tokens", "cache_read_tokens", "cache_write_5m_tokens"],
  ...["cache_write_1h_tokens", "cache_write_tokens", "output_tokens", "thinking_tokens"],
  ...["web_search_requests", "other_meters", "usage_quality", "cost_usd", "list_usd", "cost_status"],
  ...["cost_note"],
  ...["price_id", "gateway_cost", "gateway_currency", "topic", "partition", "offset", "element"],
  ...["adapter_version", "settings_offset"],
] as const;

export const BATCH_COLUMNS = [
  ...[
    "topic",
    "partition",
    "first_offset",
    "last_offset",
    "first_append_time",
    "last_append_time",
    "records",
  ],
  ...["elements", "accepted", "rejected", "events", "root", "settings_offset", "adapter_versions", "months"],
  ...["epoch", "ingested_at"],
] as const;

export const PEOPLE_COLUMNS = ["user_ref", "name", "source", "seen_at"] as const;
