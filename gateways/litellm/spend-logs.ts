type Members = Readonly<Record<string, unknown>>;

/**
 * A row of LiteLLM's SpendLogs (as its GCS Pub/Sub export sends it) in the shape of a `StandardLoggingPayload`:
 * other names, and JSON in strings for metadata and tags. Any other record passes as it is.
 */
export function fromSpendLogs(record: Members): Members {
  if (!("request_id" in record) || "id" in record || "litellm_call_id" in record) return record;
  const metadata = members(parsed(record["metadata"]));
  return {
    ...record,
    id: record["request_id"],
    status: record["status"] ?? metadata["status"] ?? "success",
    response_cost: record["spend"],
    request_tags: parsed(record["request_tags"]),
    metadata: {
      ...metadata,
      user_api_key_hash: record["api_key"],
      user_api_key_team_id: record["team_id"] || metadata["user_api_key_team_id"],
      user_api_key_org_id: record["organization_id"] || metadata["user_api_key_org_id"],
      user_api_key_user_id: record["user"] || metadata["user_api_key_user_id"],
    },
    error_information: metadata["error_information"] ?? record["error_information"],
  };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
