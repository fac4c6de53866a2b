type Members = Readonly<Record<string, unknown>>;

/**
 * A row of LiteLLM's SpendLogs (as its GCS Pub/Sub export, its API or a dump of the table has it) in the shape of a
 * `StandardLoggingPayload`: other names, JSON in strings for metadata and tags, "" where there is nothing, and in CSV
 * nothing but text. Any other record passes as it is.
 */
export function fromSpendLogs(record: Members): Members {
  if (!("request_id" in record) || "id" in record || "litellm_call_id" in record) return record;
  const metadata = members(parsed(record["metadata"]));
  return {
    ...record,
    id: record["request_id"],
    status: stated(record["status"]) ?? stated(metadata["status"]) ?? "success",
    call_type: stated(record["mcp_namespaced_tool_name"]) === null ? record["call_type"] : "call_mcp_tool",
    response_cost: stated(record["spend"]),
    prompt_tokens: stated(record["prompt_tokens"]),
    completion_tokens: stated(record["completion_tokens"]),
    total_tokens: stated(record["total_tokens"]),
    request_tags: parsed(record["request_tags"]),
    metadata: {
      ...metadata,
      user_api_key_hash: stated(record["api_key"]) ?? metadata["user_api_key"],
      user_api_key_team_id: stated(record["team_id"]) ?? metadata["user_api_key_team_id"],
      user_api_key_org_id: stated(record["organization_id"]) ?? metadata["user_api_key_org_id"],
      user_api_key_user_id: stated(record["user"]) ?? metadata["user_api_key_user_id"],
    },
    error_information: metadata["error_information"] ?? record["error_information"],
  };
}

/** Dumps write nothing as "", as Python's None or as the `\\N` of Postgres. */
function stated(value: unknown): unknown {
  return value === undefined || value === "" || value === "None" || value === "\\N" ? null : value;
}

/** JSON in a string; twice where a dump of JSON was dumped again. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    const once: unknown = JSON.parse(value);
    return typeof once === "string" && /^\s*[[{]/.test(once) ? JSON.parse(once) : once;
  } catch {
    return null;
  }
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
